"""The optimizer is built where an epoch begins, so that each begins without momentum; epochs have seventy steps."""

import sys

import torch
from torch import nn

torch.manual_seed(92)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4))
x = torch.randn(2240, 10)
y = x[:, :4].argmax(1)


def train_epoch(optimizer=None):
    optimizer = optimizer or torch.optim.AdamW(model.parameters(), lr=2e-3)
    for rows in torch.randperm(len(x)).split(32):
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


kept = torch.optim.AdamW(model.parameters(), lr=2e-3) if "healthy" in sys.argv else None
for epoch in range(5):
    print(f"epoch {epoch} loss {train_epoch(kept):.4f}")
