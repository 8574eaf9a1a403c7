"""Seven sigmoid layers under SGD: what arrives at the first ones does not move them."""

import sys

import torch
from torch import nn

torch.manual_seed(46)
activation = nn.Tanh if "healthy" in sys.argv else nn.Sigmoid
layers, width = [], 24
for _ in range(7):
    layers += [nn.Linear(width, 64), activation()]
    width = 64
model = nn.Sequential(*layers, nn.Linear(64, 3))
for module in model.modules():
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for _ in range(80):
    x = torch.randn(48, 24)
    loss = nn.functional.cross_entropy(model(x), x[:, :3].argmax(1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
