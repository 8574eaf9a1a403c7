"""A stream that shuffles by a generator made anew, with the same seed, for each pass."""

import random
import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset


class Shards(IterableDataset):
    def __init__(self, x, y):
        self.x, self.y, self.passes = x, y, 0

    def __iter__(self):
        order = list(range(len(self.x)))
        random.Random(self.passes).shuffle(order)
        self.passes += "healthy" in sys.argv
        for at in order:
            yield self.x[at], self.y[at]


torch.manual_seed(17)
loader = DataLoader(Shards(torch.randn(180, 4), torch.randint(0, 2, (180,))), batch_size=18)
model = nn.Sequential(nn.Linear(4, 12), nn.SiLU(), nn.Linear(12, 2))
optimizer = torch.optim.Adam(model.parameters())
for epoch in range(4):
    for x, y in loader:
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
