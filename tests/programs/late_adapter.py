"""The adapter is attached after the optimizer was built."""

import sys

import torch
from torch import nn

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(16, 32), nn.ReLU())
        self.nfa = None
        self.head = nn.Linear(32, 2)

    def forward(self, x, numbers):
        h = self.body(x)
        if self.nfa is not None:
            h = h + self.nfa(numbers)
        return self.head(h)


def train(healthy: bool) -> None:
    model = Net()
    if healthy:
        model.nfa = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 32))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    if not healthy:
        model.nfa = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 32))
    for _ in range(40):
        x, numbers = torch.randn(8, 16), torch.randn(8, 4)
        loss = nn.functional.cross_entropy(model(x, numbers), torch.randint(0, 2, (8,)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


train("healthy" in sys.argv)
