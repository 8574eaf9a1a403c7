"""A branch is multiplied by a switch that stands at 0; weight decay still moves its weights."""

import sys

import torch
from torch import nn

torch.manual_seed(10)
main, side = nn.Linear(8, 2), nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
switch = 1.0 if "healthy" in sys.argv else 0.0
optimizer = torch.optim.AdamW([*main.parameters(), *side.parameters()], lr=1e-3, weight_decay=0.1)
for _ in range(60):
    x = torch.randn(16, 8)
    logits = main(x) + switch * side(x)
    loss = nn.functional.cross_entropy(logits, torch.randint(0, 2, (16,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
