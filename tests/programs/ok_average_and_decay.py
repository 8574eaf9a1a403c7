"""An average that knows its model, and decay by hand, which shrinks all weights by the same."""

import torch
from torch import nn

torch.manual_seed(75)
net = nn.Sequential(nn.Linear(7, 28), nn.SiLU(), nn.Linear(28, 2))
adam = torch.optim.Adam(net.parameters(), lr=2e-3)


class Ema:
    def __init__(self, model):
        self.model = model
        self.shadow = [p.detach().clone() for p in model.parameters()]

    @torch.no_grad()
    def update(self):
        for mean, p in zip(self.shadow, self.model.parameters()):
            mean.lerp_(p, 0.01)


ema = Ema(net)
for step in range(60):
    x = torch.randn(32, 7)
    loss = nn.functional.mse_loss(net(x), x[:, :2] * x[:, 2:4])
    adam.zero_grad()
    loss.backward()
    adam.step()
    with torch.no_grad():
        for p in net.parameters():
            p.mul_(1 - 1e-4)
    ema.update()
