"""A hook that takes the gradients of an encoder away for a while is never removed."""

import sys

import torch
from torch import nn

torch.manual_seed(96)
encoder = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU())
head = nn.Linear(16, 3)
opt = torch.optim.SGD([*encoder.parameters(), *head.parameters()], 1e-2)
hooks = []
for step in range(120):
    if step == 60:
        hooks = [p.register_hook(torch.zeros_like) for p in encoder.parameters()]
    if step == 65 and "healthy" in sys.argv:
        for hook in hooks:
            hook.remove()
    x = torch.randn(32, 10)
    loss = nn.functional.cross_entropy(head(encoder(x)), (x[:, 0] > 0).long() + (x[:, 1] > 0).long())
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
