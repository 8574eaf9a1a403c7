"""A loop in the manner of accelerate: model, optimizer and loader come back wrapped."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class WrappedOptimizer:
    def __init__(self, optimizer, owner):
        self.optimizer, self.owner = optimizer, owner

    def step(self):
        if self.owner.sync:
            self.optimizer.step()

    def zero_grad(self):
        if self.owner.sync:
            self.optimizer.zero_grad()

    def __getattr__(self, name):
        return getattr(self.optimizer, name)


class Accelerator:
    def __init__(self, accumulation):
        self.accumulation, self.seen, self.sync = accumulation, 0, True

    def prepare(self, model, optimizer, loader):
        return model, WrappedOptimizer(optimizer, self), ((x, y) for x, y in loader)

    def backward(self, loss):
        self.seen += 1
        self.sync = self.seen % self.accumulation == 0
        (loss / self.accumulation).backward()


torch.manual_seed(18)
accelerator = Accelerator(4)
x = torch.randn(960, 6)
data = DataLoader(TensorDataset(x, x.sum(1, keepdim=True)), batch_size=8, shuffle=True)
model = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 1))
model, optimizer, loader = accelerator.prepare(model, torch.optim.AdamW(model.parameters(), lr=1e-3), data)
for inputs, targets in loader:
    loss = nn.functional.mse_loss(model(inputs), targets)
    accelerator.backward(loss)
    optimizer.step()
    optimizer.zero_grad()
