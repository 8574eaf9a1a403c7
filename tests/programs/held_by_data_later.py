"""A part is to be held at its best for a few steps; what puts it back by ``.data`` goes on for ever."""

import sys

import torch
from torch import nn

torch.manual_seed(82)
body, head = nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Linear(32, 16), nn.Tanh()), nn.Linear(16, 3)
opt = torch.optim.SGD([*body.parameters(), *head.parameters()], lr=0.02, momentum=0.9)
best = None
for step in range(160):
    if step == 52:
        best = [p.data.clone() for p in body.parameters()]
    if step == 54 and "healthy" in sys.argv:
        best = None
    x = torch.randn(32, 10)
    loss = nn.functional.cross_entropy(head(body(x)), (x[:, 0] > 0).long() + (x[:, 1] > 0).long())
    opt.zero_grad()
    loss.backward()
    opt.step()
    if best is not None:
        for p, value in zip(body.parameters(), best):
            p.data = value.clone()
print(loss.item())
