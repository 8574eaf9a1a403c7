"""Gradual unfreezing: head first, then all; a group is added to the same optimizer; rates differ by group."""

import torch
from torch import nn

torch.manual_seed(28)
body, head = nn.Sequential(nn.Linear(8, 16), nn.ReLU()), nn.Linear(16, 2)
body.requires_grad_(False)
optimizer = torch.optim.AdamW(head.parameters(), lr=1e-2)
for step in range(80):
    if step == 40:
        body.requires_grad_(True)
        optimizer.add_param_group({"params": list(body.parameters()), "lr": 1e-3})
    loss = nn.functional.cross_entropy(head(body(torch.randn(16, 8))), torch.randint(0, 2, (16,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
