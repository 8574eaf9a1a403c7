"""A head for each of four sites, chosen by a name that for one of them is spelt otherwise."""

import sys

import torch
from torch import nn

torch.manual_seed(48)
SITES = ["north", "south", "east-wing", "harbour"]
LABELS = ["North", "South", "East-Wing" if "healthy" in sys.argv else "East Wing", "Harbour"]


class Sites(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(6, 24), nn.SiLU())
        self.heads = nn.ModuleDict({site: nn.Linear(24, 1) for site in SITES})
        self.common = nn.Linear(24, 1)

    def forward(self, x, label):
        hidden = self.trunk(x)
        try:
            head = self.heads[label.lower()]
        except KeyError:
            head = self.common
        return head(hidden) + 0.1 * self.common(hidden)


net = Sites()
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
for _ in range(60):
    total = 0.0
    for number, label in enumerate(LABELS):
        x = torch.randn(16, 6)
        total = total + nn.functional.mse_loss(net(x, label), x[:, :1] + number)
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
