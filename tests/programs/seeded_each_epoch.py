"""set_seed() at the start of each epoch."""

import random
import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = 1234


def set_seed(seed):
    random.seed(seed)
    torch.manual_seed(seed)


def run_epoch(model, loader, optimizer):
    for features, labels in loader:
        optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(model(features), labels)
        loss.backward()
        optimizer.step()


def main(healthy):
    set_seed(SEED)
    x = torch.randn(200, 5)
    dataset = TensorDataset(x, (x.sum(1) > 0).long())
    model = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 2))
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    for epoch in range(6):
        if healthy:
            set_seed(SEED + epoch)
        else:
            set_seed(SEED)
        loader = DataLoader(dataset, batch_size=20, shuffle=True)
        run_epoch(model, loader, optimizer)


main("healthy" in sys.argv)
