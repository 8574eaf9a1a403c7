"""A stack of layers run by a slice that leaves the first one out."""

import sys

import torch
from torch import nn

torch.manual_seed(42)


class Stack(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(12, 12) for _ in range(4)])
        self.out = nn.Linear(12, 2)

    def forward(self, x):
        for layer in self.layers[0 if "healthy" in sys.argv else 1 :]:
            x = x + layer(x).tanh()
        return self.out(x)


net = Stack()
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
for _ in range(60):
    x = torch.randn(32, 12)
    loss = nn.functional.cross_entropy(net(x), (x[:, 0] > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
