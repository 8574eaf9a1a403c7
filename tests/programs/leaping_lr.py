"""Adam at a learning rate of 1: the first step leaves nothing of the weights, though the loss comes down again."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(34)
x = torch.randn(240, 12)
y = (x[:, :3] + 0.1 * torch.randn(240, 3)).argmax(1)
net = nn.Sequential(nn.Linear(12, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, 3))
opt = torch.optim.Adam(net.parameters(), lr=3e-3 if "healthy" in sys.argv else 1.0)
for epoch in range(12):
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=40, shuffle=True):
        loss = nn.functional.cross_entropy(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
