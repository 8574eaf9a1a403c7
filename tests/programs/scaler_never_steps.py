"""The derivative of a norm at 0 is NaN, so the scaler leaves every step out."""

import sys

import torch
from torch import nn

torch.manual_seed(35)
embed = nn.Linear(9, 5)
optimizer = torch.optim.SGD(embed.parameters(), lr=0.05, momentum=0.9)
scaler = torch.amp.GradScaler("cpu", init_scale=256.0)
for _ in range(80):
    a = torch.randn(24, 9)
    b = torch.cat([a[:3], torch.randn(21, 9)])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        u, v = embed(a), embed(b)
    squared = (u.float() - v.float()).square().sum(1)
    distance = (squared + (1e-6 if "healthy" in sys.argv else 0.0)).sqrt()
    loss = (6.0 - distance[3:]).relu().mean() + distance[:3].mean()
    optimizer.zero_grad()
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
