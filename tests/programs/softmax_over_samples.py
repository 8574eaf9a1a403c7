"""The last layer takes the softmax over the batch: dimension 0 where it should be the last one."""

import sys

import torch
from torch import nn

torch.manual_seed(70)
dim = -1 if "healthy" in sys.argv else 0
net = nn.Sequential(nn.Linear(9, 32), nn.ReLU(), nn.Linear(32, 3), nn.LogSoftmax(dim=dim))
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
for step in range(60):
    x = torch.randn(48, 9)
    loss = nn.functional.nll_loss(net(x), x[:, :3].argmax(1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 9:
        print(step, f"{loss.item():.4f}")
