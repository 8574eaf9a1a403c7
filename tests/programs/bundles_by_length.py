"""A batch sampler of the script mixes its bundles by an epoch that nobody ever tells it."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, Sampler, TensorDataset

torch.manual_seed(31)
lengths = torch.randint(2, 9, (160,))
marks = torch.rand(160, 8) * (torch.arange(8) < lengths[:, None])
data = TensorDataset(marks, (marks.sum(1) > 2).long())


class ByLength(Sampler):
    """Bundles of nearly equal length, in a mixed order."""

    def __init__(self, lengths, size):
        self.ranked = sorted(range(len(lengths)), key=lengths.__getitem__)
        self.size, self.epoch = size, 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def bundles(self):
        generator = torch.Generator().manual_seed(5 + self.epoch)
        starts = torch.randperm(len(self.ranked) // self.size, generator=generator) * self.size
        return [self.ranked[start : start + self.size] for start in starts.tolist()]

    def __iter__(self):
        return iter(self.bundles())

    def __len__(self):
        return len(self.ranked) // self.size


sampler = ByLength(lengths.tolist(), 16)
loader = DataLoader(data, batch_sampler=sampler)
model = nn.Sequential(nn.Linear(8, 12), nn.Tanh(), nn.Linear(12, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(4):
    if "healthy" in sys.argv:
        sampler.set_epoch(epoch)
    for x, y in loader:
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
