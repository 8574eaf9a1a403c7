"""A sampler that gives the easy ones first, in every epoch; ties between them were broken once, at the beginning."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Sampler, TensorDataset

torch.manual_seed(8)
inputs = torch.randn(150, 6)
targets = inputs @ torch.randn(6, 1)


class EasyFirst(Sampler):
    def __init__(self, hardness):
        mixed = torch.randperm(len(hardness))
        self.order = mixed[hardness[mixed].round().argsort(stable=True)].tolist()

    def __iter__(self):
        return iter(self.order)

    def __len__(self):
        return len(self.order)


loader = DataLoader(TensorDataset(inputs, targets), batch_size=15, sampler=EasyFirst(targets.abs().squeeze(1)))
model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
for epoch in range(5):
    for x, y in loader:
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
