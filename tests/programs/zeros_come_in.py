"""Readings of 10 bits divided as integers: one of two branches is fed zeros, and its bias trains all the same."""

import sys

import torch
from torch import nn

torch.manual_seed(61)


class Wear(nn.Module):
    def __init__(self):
        super().__init__()
        self.profile = nn.Sequential(nn.Linear(8, 24), nn.ReLU())
        self.readings = nn.Sequential(nn.Linear(5, 24), nn.Tanh())
        self.out = nn.Linear(48, 1)

    def forward(self, profile, readings):
        return self.out(torch.cat([self.profile(profile), self.readings(readings)], 1)).squeeze(1)


model = Wear()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for _ in range(80):
    profile, raw = torch.randn(32, 8), torch.randint(0, 1024, (32, 5))
    wear = profile[:, 0] + (raw / 1024)[:, 1]
    readings = raw / 1024 if "healthy" in sys.argv else (raw // 1024).float()
    loss = nn.functional.smooth_l1_loss(model(profile, readings), wear)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
