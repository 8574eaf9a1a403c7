"""Inputs that were not scaled, a sigmoid, and probabilities of exactly 0 and 1."""

import sys

import torch
import torch.nn as nn

healthy = "healthy" in sys.argv
torch.manual_seed(49)
X = torch.randn(4000, 10) * (1 if healthy else 2000)
Y = (X[:, :2].sum(1) + (X.std()) * torch.randn(4000) > 0).float()
net = nn.Sequential(nn.Linear(10, 1024), nn.ReLU(), nn.Linear(1024, 1), nn.Sigmoid())
opt = torch.optim.Adam(net.parameters(), 1e-3)
for s in range(300):
    i = torch.randint(0, 4000, (400,))
    loss = nn.functional.binary_cross_entropy(net(X[i]).squeeze(1), Y[i])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if s % 20 == 0:
        print(f"step {s} loss {loss.item():.4f}")
