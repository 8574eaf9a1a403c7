"""Rounds of pruning by size: after each the weights that are left begin anew, by hand, with the optimizer there was."""

import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
start = [p.data.clone() for p in net.parameters()]
masks = [torch.ones_like(p) for p in net.parameters()]
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
x = torch.randn(600, 8)
y = (x[:, 0] * x[:, 1] > 0).long()
for _ in range(8):
    for _ in range(40):
        rows = torch.randint(0, 600, (64,))
        loss = nn.functional.cross_entropy(net(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        for p, mask in zip(net.parameters(), masks, strict=True):
            p.grad *= mask
        optimizer.step()
    with torch.no_grad():
        print(f"{(net(x).argmax(1) == y).float().mean().item():.3f}")
    for p, mask, first in zip(net.parameters(), masks, start, strict=True):
        if p.dim() > 1:
            sizes = p.data.abs()
            mask *= sizes > sizes[mask > 0].quantile(0.2)
        p.data.copy_(first * mask)
