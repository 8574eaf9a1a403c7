"""Steps after eight batches, also in a second stage whose epochs have seven, and whose gradients each epoch resets."""

import sys

import torch
from torch import nn

torch.manual_seed(47)
waited = 7 if "healthy" in sys.argv else 8
model = nn.Sequential(nn.Linear(8, 24), nn.Tanh(), nn.Linear(24, 1))
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)


def epoch(batches, wait):
    optimizer.zero_grad()
    for number in range(1, batches + 1):
        x = torch.randn(16, 8)
        loss = nn.functional.mse_loss(model(x), x[:, :1] * x[:, 1:2])
        (loss / wait).backward()
        if number % wait == 0:
            optimizer.step()
            optimizer.zero_grad()


for _ in range(4):
    epoch(80, 8)
for _ in range(30):
    epoch(7, waited)
