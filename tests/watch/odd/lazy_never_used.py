"""A lazy branch that no batch has come to: its tensors have no shape."""

import torch
from late import noise, train
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(8, 8)
        self.later = nn.LazyLinear(4)
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        return self.out(self.adapter(torch.relu(self.first(x))))


torch.manual_seed(0)
model = Net()
optimizer = torch.optim.Adam(model.parameters())
model.adapter = nn.Linear(8, 8)
train(model, optimizer, noise())
