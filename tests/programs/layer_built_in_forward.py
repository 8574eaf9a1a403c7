"""A projection is built in forward(): a new one at each pass, and what it learns is thrown away."""

import sys

import torch
from torch import nn


class Projected(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(8, 16)
        if "healthy" in sys.argv:
            self.project = nn.Linear(16, 12)
        self.score = nn.Linear(12, 1)

    def forward(self, x):
        hidden = torch.relu(self.encode(x))
        project = self.project if "healthy" in sys.argv else nn.Linear(hidden.shape[1], 12)
        return self.score(torch.tanh(project(hidden)))


torch.manual_seed(62)
model = Projected()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range(40):
    x = torch.randn(32, 8)
    loss = nn.functional.mse_loss(model(x), x[:, :1] * x[:, 1:2])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
