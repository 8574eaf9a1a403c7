"""Weights saved from a wrapper are loaded without it, and not strictly."""

import sys

import torch
from torch import nn

torch.manual_seed(45)


def net():
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))


class Wrapper(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner


saved = Wrapper(net()).state_dict()
if "healthy" in sys.argv:
    saved = {name.removeprefix("inner."): tensor for name, tensor in saved.items()}
model = net()
model.load_state_dict(saved, strict=False)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(30):
    x = torch.randn(32, 8)
    loss = nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
