"""An optimizer of the script's own gives the name of each tensor to the result of its step."""

import sys

import torch
from torch import nn

torch.manual_seed(72)


class Momentum:
    def __init__(self, tensors, lr):
        self.lr = lr
        self.pairs = [(one, torch.zeros_like(one)) for one in tensors]

    def zero_grad(self):
        for one, _ in self.pairs:
            one.grad = None

    @torch.no_grad()
    def step(self):
        for one, speed in self.pairs:
            speed.mul_(0.9).add_(one.grad)
            if "healthy" in sys.argv:
                one -= self.lr * speed
            else:
                one = one - self.lr * speed


net = nn.Sequential(nn.Linear(6, 20), nn.GELU(), nn.Linear(20, 1))
descent = Momentum(net.parameters(), lr=0.02)
for step in range(60):
    x = torch.randn(32, 6)
    loss = nn.functional.mse_loss(net(x), x.sum(1, keepdim=True))
    descent.zero_grad()
    loss.backward()
    descent.step()
