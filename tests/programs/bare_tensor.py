"""A learnable offset is a tensor that wants a gradient, and no parameter: the optimizer never hears of it."""

import sys

import torch
from torch import nn


class Scored(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(8, 16)
        offset = torch.zeros(1, 16, requires_grad=True)
        self.offset = nn.Parameter(offset.detach()) if "healthy" in sys.argv else offset
        self.score = nn.Linear(16, 1)

    def forward(self, x):
        return self.score(torch.relu(self.encode(x) + self.offset))


torch.manual_seed(52)
model = Scored()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range(40):
    x = torch.randn(32, 8)
    loss = nn.functional.mse_loss(model(x), x[:, :1] * x[:, 1:2])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
