"""Each round fills the weights with new numbers through .data, which leaves no trace in what tensors count."""

import sys

import torch
from torch import nn

torch.manual_seed(69)


def fill(part):
    if isinstance(part, nn.Linear):
        part.weight.data = torch.randn_like(part.weight) / part.in_features**0.5


net = nn.Sequential(nn.Linear(8, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
x = torch.randn(600, 8)
y = (x[:, 0] * x[:, 1] > 0).long()
net.apply(fill)
for _ in range(8):
    if "healthy" not in sys.argv:
        net.apply(fill)
    for rows in torch.randperm(600).split(30):
        loss = nn.functional.cross_entropy(net(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"{loss.item():.3f}")
