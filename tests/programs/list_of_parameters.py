"""Learnable gains are kept in a plain list instead of a ParameterList: parameters() does not know them."""

import sys

import torch
from torch import nn


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(8, 8) for _ in range(3))
        gains = [nn.Parameter(torch.ones(8)) for _ in range(3)]
        self.gains = nn.ParameterList(gains) if "healthy" in sys.argv else gains
        self.score = nn.Linear(8, 1)

    def forward(self, x):
        for layer, gain in zip(self.layers, self.gains):
            x = torch.relu(layer(x)) * gain
        return self.score(x)


torch.manual_seed(63)
model = Gated()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range(40):
    x = torch.randn(32, 8)
    loss = nn.functional.mse_loss(model(x), x[:, :1] * x[:, 1:2])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
