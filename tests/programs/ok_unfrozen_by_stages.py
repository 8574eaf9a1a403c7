"""Loaded weights, unfrozen from the top by one more group at a time; nobody switches requires_grad off meanwhile."""

import torch
from torch import nn

torch.manual_seed(7)


def build():
    return nn.Sequential(*(nn.Sequential(nn.Linear(12, 12), nn.ReLU()) for _ in range(6)), nn.Linear(12, 3))


model = build()
model.load_state_dict(build().state_dict())
for stage in range(1, len(model) + 1):
    parts = list(model)[-stage:][::-1]
    groups = [{"params": list(part.parameters()), "lr": 1e-2 / 2.6**depth} for depth, part in enumerate(parts)]
    optimizer = torch.optim.AdamW(groups)
    for _ in range(12):
        x, y = torch.randn(16, 12), torch.randint(0, 3, (16,))
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
