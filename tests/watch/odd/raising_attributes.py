"""Attributes that raise whatever they like, and methods of Module that the class has replaced."""

import torch
from late import noise, train
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(8, 8)

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            raise RuntimeError(f"{name} is not set up") from None

    @property
    def dropout(self):
        raise KeyError("dropout")

    def forward(self, x):
        return torch.relu(self.lin(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block, self.out = Block(), nn.Linear(8, 1)
        self.modules = [self.block, self.out]

    def parameters(self):
        return [*self.block.lin.parameters(), *self.out.parameters()]

    def forward(self, x):
        return self.out(self.adapter(self.block(x)))


torch.manual_seed(0)
model = Net()
optimizer = torch.optim.Adam(model.parameters())
model.adapter = nn.Linear(8, 8)
train(model, optimizer, noise())
with torch.no_grad():
    model(torch.zeros(16, 8))
