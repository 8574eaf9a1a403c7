"""Residual blocks dropped for a whole batch (stochastic depth, batch mode)."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self, d, p):
        super().__init__()
        self.norm, self.fc1, self.fc2, self.p = nn.LayerNorm(d), nn.Linear(d, 2 * d), nn.Linear(2 * d, d), p

    def forward(self, x):
        h = self.fc2(F.gelu(self.fc1(self.norm(x))))
        if self.training and self.p > 0:
            keep = torch.empty(1).bernoulli_(1 - self.p)
            h = h * keep / (1 - self.p)
        return x + h


class Net(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.embed = nn.Linear(16, d)
        self.block1, self.block2, self.block3 = Block(d, 0.1), Block(d, 0.3), Block(d, 0.5)
        self.head = nn.Linear(d, 3)

    def forward(self, x):
        return self.head(self.block3(self.block2(self.block1(self.embed(x)))))


net = Net()
opt = torch.optim.AdamW(net.parameters(), lr=1e-3)
W = torch.randn(16, 3)
for step in range(200):
    x = torch.randn(32, 16)
    y = (x @ W).argmax(1)
    loss = F.cross_entropy(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.4f}")
