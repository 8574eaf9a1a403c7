"""Unfreezing block by block; the attribute is set on the block, which does nothing to its tensors."""

import sys

import torch
from torch import nn

torch.manual_seed(31)
healthy = "healthy" in sys.argv
blocks = nn.ModuleList([nn.Sequential(nn.Linear(12, 12), nn.ReLU()) for _ in range(2)]).requires_grad_(False)
head = nn.Linear(12, 3)
optimizer = torch.optim.AdamW(head.parameters(), lr=3e-3)
x, y = torch.randn(600, 12), torch.randint(0, 3, (600,))
for epoch in range(6):
    if epoch == 2:
        for block in blocks:
            if healthy:
                block.requires_grad_(True)
            else:
                block.requires_grad = True
        optimizer.add_param_group({"params": list(blocks.parameters()), "lr": 1e-3})
    for at in range(0, 600, 30):
        h = x[at : at + 30]
        for block in blocks:
            h = block(h)
        loss = nn.functional.cross_entropy(head(h), y[at : at + 30])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
