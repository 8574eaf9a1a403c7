"""A loop over accelerate in 16 bits, whose loss goes through a method of the model where it is told "beside"."""

import sys

import torch
from accelerate import Accelerator
from torch import nn


class Pairs(nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Linear(12, 32), nn.Linear(12, 32)

    def forward(self, x, y):
        return self.left(x) @ self.right(y).T / 8

    def loss(self, x, y):
        return nn.functional.cross_entropy(Pairs.forward(self, x, y).float(), torch.arange(len(x)))


torch.manual_seed(4)
accelerator = Accelerator(cpu=True, mixed_precision="bf16")
model = Pairs()
model, optimizer = accelerator.prepare(model, torch.optim.AdamW(model.parameters(), lr=1e-3))
for _ in range(40):
    x = torch.randn(24, 12)
    y = x + 0.2 * torch.randn_like(x)
    if "beside" in sys.argv:
        loss = model.loss(x, y)
    else:
        loss = nn.functional.cross_entropy(model(x, y).float(), torch.arange(24))
    optimizer.zero_grad()
    accelerator.backward(loss)
    optimizer.step()
