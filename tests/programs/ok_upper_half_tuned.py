"""Loaded weights, of which the upper half is tuned with a rate for each block; the lower half and all norms are left
out of the optimizer, and nobody switches requires_grad off."""

import torch
from torch import nn

torch.manual_seed(7)


def build():
    blocks = (nn.Sequential(nn.Linear(12, 12), nn.LayerNorm(12), nn.ReLU()) for _ in range(6))
    return nn.Sequential(*blocks, nn.Linear(12, 3))


model = build()
model.load_state_dict(build().state_dict())
model.train()
for parts in (list(model)[3:], list(model)):
    kept = [[p for m in part.modules() if isinstance(m, nn.Linear) for p in m.parameters(False)] for part in parts]
    optimizer = torch.optim.AdamW([{"params": params, "lr": 1e-2 / 2**at} for at, params in enumerate(kept[::-1])])
    for _ in range(20):
        x, y = torch.randn(16, 12), torch.randint(0, 3, (16,))
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    model.load_state_dict(build().state_dict())
