"""The square root of 0 has an infinite slope: NaN from the first such batch on."""

import sys

import torch
from torch import nn

torch.manual_seed(11)
model = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 6))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
eps = 1e-6 if "healthy" in sys.argv else 0.0
for step in range(40):
    x = torch.randn(8, 6)
    out = model(x)
    target = out.detach().clone() if step == 7 else x
    loss = ((out - target).pow(2).sum(1) + eps).sqrt().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
