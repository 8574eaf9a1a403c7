"""Blocks that build an attention, of which forward() knows nothing. Healthy: it is not built."""

import sys

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, d):
        super().__init__()
        if "healthy" not in sys.argv:
            self.mix = nn.MultiheadAttention(d, 2, batch_first=True)
        self.ff = nn.Sequential(nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))
        self.norm = nn.LayerNorm(d)

    def forward(self, x):
        return x + self.ff(self.norm(x))


torch.manual_seed(11)
net = nn.Sequential(nn.Embedding(30, 16), Block(16), Block(16), nn.Linear(16, 30))
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
for _ in range(100):
    x = torch.randint(0, 30, (8, 10))
    loss = nn.functional.cross_entropy(net(x)[:, :-1].flatten(0, 1), x[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
