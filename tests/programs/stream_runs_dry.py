"""A stream that keeps one iterator: the first epoch reads it to its end, and those after it get nothing."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset

torch.manual_seed(43)


class Records(IterableDataset):
    def __init__(self, rows):
        self.rows = rows
        self.reader = iter(rows)

    def __iter__(self):
        return iter(self.rows) if "healthy" in sys.argv else self.reader


x = torch.randn(400, 8)
records = Records([(row, (row[0] > row[1]).long()) for row in x[torch.randperm(400)]])
loader = DataLoader(records, batch_size=20)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(4):
    for batch, wanted in loader:
        loss = nn.functional.cross_entropy(model(batch), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, f"{loss.item():.3f}")
