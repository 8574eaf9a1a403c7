"""What computes the scores switches gradients off tensor by tensor, and leaves them so."""

import sys

import torch
from torch import nn

torch.manual_seed(33)
model = nn.ModuleDict({"body": nn.Sequential(nn.Linear(10, 20), nn.ReLU()), "head": nn.Linear(20, 2)})
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
x = torch.randn(400, 10)
y = (x[:, 0] * x[:, 1] > 0).long()


def score():
    was = [p.requires_grad for p in model["body"].parameters()]
    for p in model["body"].parameters():
        p.requires_grad = False
    with torch.no_grad():
        right = (model["head"](model["body"](x[300:])).argmax(1) == y[300:]).float().mean()
    if "healthy" in sys.argv:
        for p, before in zip(model["body"].parameters(), was, strict=True):
            p.requires_grad = before
    return right.item()


for epoch in range(8):
    for at in range(0, 300, 20):
        loss = nn.functional.cross_entropy(model["head"](model["body"](x[at : at + 20])), y[at : at + 20])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch:
        print(epoch, f"{score():.3f}")
