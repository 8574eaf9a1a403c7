"""The optimizer trains the input; the network gets gradients that nobody uses."""

import torch
from torch import nn

torch.manual_seed(21)
net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3))
target = net(torch.rand(1, 3, 12, 12)).detach()
image = torch.rand(1, 3, 12, 12, requires_grad=True)
opt = torch.optim.Adam([image], lr=0.02)
for _ in range(50):
    opt.zero_grad()
    loss = (net(image) - target).pow(2).mean()
    loss.backward()
    opt.step()
