"""A stream in the order in which it was recorded: the same each pass, as meant."""

import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset


class Recording(IterableDataset):
    def __init__(self, n):
        self.x = torch.randn(n, 4).cumsum(0) / 10

    def __iter__(self):
        yield from zip(self.x, self.x[1:])


torch.manual_seed(18)
loader = DataLoader(Recording(161), batch_size=16)
model = nn.Linear(4, 4)
optimizer = torch.optim.Adam(model.parameters())
for epoch in range(4):
    for x, y in loader:
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
