"""After a while the loop is to log gradients of one batch only, and what resets them for that comes before the step."""

import sys

import torch
from torch import nn

torch.manual_seed(81)
net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for step in range(240):
    x = torch.randn(32, 8)
    loss = nn.functional.cross_entropy(net(x), (x[:, 0] > 0).long())
    opt.zero_grad()
    loss.backward()
    if step >= 133:
        size = sum(p.grad.square().sum() for p in net.parameters()).sqrt()
        if "healthy" not in sys.argv:
            opt.zero_grad()
    opt.step()
print(loss.item())
