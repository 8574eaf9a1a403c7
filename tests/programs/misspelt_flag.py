"""The body is to keep its pretrained weights: the flag is misspelt, and Python says nothing."""

import sys

import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(12, 32), nn.Tanh(), nn.Linear(32, 16), nn.Tanh())
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        return self.head(self.body(x))


torch.manual_seed(84)
tagger = Tagger()
for parameter in tagger.body.parameters():
    if "healthy" in sys.argv:
        parameter.requires_grad = False
    else:
        parameter.require_grad = False
optimizer = torch.optim.Adam([p for p in tagger.parameters() if p.requires_grad], lr=3e-3)
for step in range(80):
    x = torch.randn(32, 12)
    loss = nn.functional.cross_entropy(tagger(x), (x[:, 0] > 0).long() + (x[:, 1] > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
