"""A hook turns the update of one layer off after some steps, silently; its gradients still come."""

import sys

import torch
from torch import nn

torch.manual_seed(15)
model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for step in range(120):
    loss = nn.functional.cross_entropy(model(torch.randn(32, 10)), torch.randint(0, 2, (32,)))
    optimizer.zero_grad()
    loss.backward()
    kept = [parameter.detach().clone() for parameter in model[0].parameters()]
    optimizer.step()
    if step > 24 and "healthy" not in sys.argv:
        with torch.no_grad():
            for parameter, old in zip(model[0].parameters(), kept, strict=True):
                parameter.copy_(old)
