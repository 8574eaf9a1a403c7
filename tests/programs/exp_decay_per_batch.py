"""An exponential decay meant for epochs is stepped at every batch."""

import sys

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

healthy = "healthy" in sys.argv
torch.manual_seed(18)
X = torch.randn(640, 8)
Y = (X.sum(1) > 0).long()
dl = DataLoader(TensorDataset(X, Y), 16, shuffle=True)
net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
sched = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.9)
for e in range(10):
    for x, y in dl:
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(x), y)
        loss.backward()
        opt.step()
        if not healthy:
            sched.step()
    if healthy:
        sched.step()
    print(f"epoch {e} loss {loss.item():.4f} lr {opt.param_groups[0]['lr']:.3g}")
