"""What sets an epoch up also gives the layers their starting values, once in 37 steps."""

import sys

import torch
from torch import nn

torch.manual_seed(34)
net = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 32), nn.GELU(), nn.Linear(32, 1))
optimizer = torch.optim.AdamW(net.parameters(), lr=2e-3)
x = torch.randn(37 * 20, 16)
y = x[:, :3].sum(1, keepdim=True)


def set_up(epoch):
    if epoch == 0 or "healthy" not in sys.argv:
        for layer in net:
            if isinstance(layer, nn.Linear):
                layer.reset_parameters()
    return torch.randperm(len(x))


for epoch in range(8):
    for rows in set_up(epoch).split(20):
        loss = nn.functional.smooth_l1_loss(net(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
