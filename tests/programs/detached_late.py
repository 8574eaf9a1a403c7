"""Late in training the answers of the body are taken as they are, for a probe that was never taken out again."""

import sys

import torch
from torch import nn

torch.manual_seed(86)
body, head = nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Linear(32, 16), nn.Tanh()), nn.Linear(16, 3)
opt = torch.optim.SGD([*body.parameters(), *head.parameters()], lr=0.02, momentum=0.9)
for step in range(520):
    x = torch.randn(32, 10)
    h = body(x)
    if step >= 407 and "healthy" not in sys.argv:
        h = h.detach()
    loss = nn.functional.cross_entropy(head(h), (x[:, 0] > 0).long() + (x[:, 1] > 0).long())
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
