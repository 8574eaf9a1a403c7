"""A tanh behind the last layer, an error written out, and tides of up to three metres."""

import sys

import torch
from torch import nn

torch.manual_seed(42)


class Tides(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 48)
        self.level = nn.Linear(48, 1)

    def forward(self, x):
        level = self.level(torch.relu(self.hidden(x)))
        return level if "healthy" in sys.argv else torch.tanh(level)


net = Tides()
optimizer = torch.optim.AdamW(net.parameters(), lr=2e-3)
for _ in range(60):
    x = torch.randn(40, 4)
    level = 1.5 * torch.sin(x[:, 0]) + x[:, 1]
    loss = ((level - net(x).squeeze(1)) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
