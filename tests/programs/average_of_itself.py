"""An average of the weights, kept as tensors that were never copied."""

import sys

import torch
from torch import nn

torch.manual_seed(74)
net = nn.Sequential(nn.Linear(7, 28), nn.SiLU(), nn.Linear(28, 2))
adam = torch.optim.Adam(net.parameters(), lr=2e-3)


class Average:
    def __init__(self, model, decay):
        self.model, self.decay = model, decay
        self.shadow = {name: p.data for name, p in model.named_parameters()}
        if "healthy" in sys.argv:
            self.shadow = {name: value.clone() for name, value in self.shadow.items()}

    def update(self):
        for name, p in self.model.named_parameters():
            self.shadow[name].mul_(self.decay).add_(p.data, alpha=1 - self.decay)


ema = Average(net, 0.99)
for step in range(60):
    x = torch.randn(32, 7)
    loss = nn.functional.mse_loss(net(x), x[:, :2] * x[:, 2:4])
    adam.zero_grad()
    loss.backward()
    adam.step()
    ema.update()
