"""Two optimizers, of which the second is neither reset nor stepped, though its step stands in the script."""

import sys

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(10, 32), nn.ReLU())
        self.first, self.second = nn.Linear(32, 1), nn.Linear(32, 1)
        self.doubts = nn.Parameter(torch.zeros(2))

    def forward(self, x):
        seen = self.trunk(x)
        return torch.cat([self.first(seen), self.second(seen)], 1)


torch.manual_seed(85)
net = Net()
opt = torch.optim.AdamW([weight for name, weight in net.named_parameters() if name != "doubts"], 1e-3)
opt_doubts = torch.optim.SGD([net.doubts], 1e-2)
every = 1 if "healthy" in sys.argv else 1000
x = torch.randn(640, 10)
y = torch.stack([x[:, 0].sin(), 30 * x[:, 1]], 1)
for step in range(1, 121):
    at = torch.randint(0, 640, (32,))
    errors = (net(x[at]) - y[at]).square().mean(0)
    loss = (errors * torch.exp(-net.doubts) + net.doubts).sum()
    net.zero_grad()
    loss.backward()
    opt.step()
    if step % every == 0:
        opt_doubts.step()
print(loss.item())
