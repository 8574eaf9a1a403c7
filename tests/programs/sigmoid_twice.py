"""BCEWithLogitsLoss after a sigmoid in forward()."""

import sys

import torch
from torch import nn

torch.manual_seed(7)
last = [] if "healthy" in sys.argv else [nn.Sigmoid()]
model = nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 1), *last)
bce = nn.BCEWithLogitsLoss()
opt = torch.optim.RMSprop(model.parameters(), lr=1e-3)
for i in range(40):
    x = torch.randn(24, 6)
    y = (x[:, 0] > x[:, 1]).float()
    opt.zero_grad()
    out = model(x).squeeze(-1)
    bce(out, y).backward()
    opt.step()
