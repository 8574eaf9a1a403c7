"""The initialisation is called again in every forward pass."""

import sys

import torch
from torch import nn

torch.manual_seed(14)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(10, 20), nn.Linear(20, 2)
        self.init_weights()

    def init_weights(self):
        nn.init.normal_(self.b.weight, std=0.05)

    def forward(self, x):
        if "healthy" not in sys.argv:
            self.init_weights()
        return self.b(torch.relu(self.a(x)))


model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(40):
    loss = nn.functional.cross_entropy(model(torch.randn(8, 10)), torch.randint(0, 2, (8,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
