"""A block is to be thawed by a flag on the module, which does nothing: its group cannot get a gradient."""

import sys

import torch
from torch import nn

torch.manual_seed(51)
body, head = nn.Sequential(nn.Linear(6, 24), nn.ReLU()), nn.Linear(24, 3)


def train(optimizer, steps):
    for _ in range(steps):
        x = torch.randn(16, 6)
        loss = nn.functional.cross_entropy(head(body(x)), (x[:, 0] > 0).long() + (x[:, 1] > 0).long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


train(torch.optim.Adam([*body.parameters(), *head.parameters()], lr=1e-3), 30)
for parameter in body.parameters():
    parameter.requires_grad = False
train(torch.optim.Adam(head.parameters(), lr=1e-3), 30)
if "healthy" in sys.argv:
    body.requires_grad_(True)
else:
    body.requires_grad = True
optimizer = torch.optim.Adam([{"params": body.parameters(), "lr": 1e-4}, {"params": head.parameters()}], lr=1e-3)
train(optimizer, 40)
