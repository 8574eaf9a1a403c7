"""An integer division in the warm-up keeps the learning rate at 0."""

import sys

import torch
from torch import nn

torch.manual_seed(12)
model = nn.Linear(10, 2)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
warmup = (lambda s: min(1.0, (s + 1) / 10)) if "healthy" in sys.argv else (lambda s: s // 1000)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, warmup)
for _ in range(50):
    loss = nn.functional.cross_entropy(model(torch.randn(8, 10)), torch.randint(0, 2, (8,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
