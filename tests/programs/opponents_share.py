"""The optimizer of the judge holds the forger as well: each undoes what the other does."""

import sys

import torch
from torch import nn

torch.manual_seed(53)
forger = nn.Sequential(nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, 2))
judge = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
held = [*judge.parameters()] if "healthy" in sys.argv else [*judge.parameters(), *forger.parameters()]
of_judge = torch.optim.Adam(held, lr=1e-3, betas=(0.5, 0.9))
of_forger = torch.optim.Adam(forger.parameters(), lr=1e-3, betas=(0.5, 0.9))
criterion = nn.BCEWithLogitsLoss()
ones, zeros = torch.ones(32, 1), torch.zeros(32, 1)
for step in range(60):
    real = torch.randn(32, 2) + 2
    loss = criterion(judge(real), ones) + criterion(judge(forger(torch.randn(32, 3))), zeros)
    of_judge.zero_grad()
    loss.backward()
    of_judge.step()
    loss = criterion(judge(forger(torch.randn(32, 3))), ones)
    of_forger.zero_grad()
    loss.backward()
    of_forger.step()
