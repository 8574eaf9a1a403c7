"""weight_decay = 20 where 0.02 was meant."""

import sys

import torch
from torch import nn

torch.manual_seed(24)
net = nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 4))
opt = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.02 if "healthy" in sys.argv else 20)
for _ in range(80):
    x = torch.randn(32, 16)
    loss = nn.functional.cross_entropy(net(x), x[:, :4].argmax(1))
    opt.zero_grad()
    loss.backward()
    opt.step()
