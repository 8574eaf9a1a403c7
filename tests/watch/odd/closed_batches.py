"""Batches of a mapping that cannot be gone through."""

from itertools import chain, repeat

import torch
from late import train
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Bag(dict):
    def items(self):
        raise RuntimeError("closed")


def fold(rows):
    return Bag(x=torch.stack([row for (row,) in rows]))


torch.manual_seed(0)
loader = DataLoader(TensorDataset(torch.randn(128, 8)), batch_size=16, shuffle=True, collate_fn=fold)
model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters())
model.append(nn.Linear(1, 1))
train(model, optimizer, (bag["x"] for bag in chain.from_iterable(repeat(loader))))
