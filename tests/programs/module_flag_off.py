"""A body is to stay as it was trained; the flag is set on the module, which freezes nothing."""

import sys

import torch
from torch import nn

torch.manual_seed(84)
model = nn.Sequential(nn.Sequential(nn.Linear(8, 32), nn.Tanh()), nn.Linear(32, 3))
if "healthy" in sys.argv:
    model[0].requires_grad_(False)
else:
    model[0].requires_grad = False
optimizer = torch.optim.SGD(model.parameters() if "healthy" not in sys.argv else model[1].parameters(), lr=0.05)
for step in range(60):
    x = torch.randn(32, 8)
    loss = nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long() + (x[:, 1] > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
