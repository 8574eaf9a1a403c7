"""Adam is built inside the loop over epochs: its moments start from nothing each time."""

import sys

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

healthy = "healthy" in sys.argv
torch.manual_seed(13)
X = torch.randn(256, 8)
Y = X[:, :1] ** 2
dl = DataLoader(TensorDataset(X, Y), 32, shuffle=True)
net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(12):
    if not healthy:
        opt = torch.optim.Adam(net.parameters(), lr=3e-3)
    tot = 0
    for x, y in dl:
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x), y)
        loss.backward()
        opt.step()
        tot += loss.item()
    print(f"Epoch {epoch}: train loss {tot / len(dl):.4f}")
