"""Twenty sigmoid layers: nothing arrives at the first ones."""

import sys

import torch
from torch import nn

torch.manual_seed(27)
activation = nn.ReLU if "healthy" in sys.argv else nn.Sigmoid
layers = []
for _ in range(20):
    linear = nn.Linear(32, 32)
    if activation is nn.ReLU:
        nn.init.kaiming_normal_(linear.weight)
    layers += [linear, activation()]
model = nn.Sequential(*layers, nn.Linear(32, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
for _ in range(40):
    x = torch.randn(32, 32)
    loss = nn.functional.cross_entropy(model(x), (x.sum(1) > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
