"""The generator of the loader is made anew, with the same seed, each epoch."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(17)
data = TensorDataset(torch.randn(180, 4), torch.randint(0, 2, (180,)))
one = torch.Generator().manual_seed(42)


def loader():
    generator = one if "healthy" in sys.argv else torch.Generator().manual_seed(42)
    return DataLoader(data, batch_size=18, shuffle=True, generator=generator)


model = nn.Sequential(nn.Linear(4, 12), nn.SiLU(), nn.Linear(12, 2))
optimizer = torch.optim.Adam(model.parameters())
for epoch in range(4):
    for x, y in loader():
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
