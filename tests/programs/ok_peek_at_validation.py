"""Every ten steps one batch of the validation set is looked at."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
X = torch.randn(2000, 10)
y = (X.sum(1) > 0).long()
tl = DataLoader(TensorDataset(X[:1600], y[:1600]), batch_size=32, shuffle=True)
vl = DataLoader(TensorDataset(X[1600:], y[1600:]), batch_size=100)
net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
step = 0
for epoch in range(5):
    for xb, yb in tl:
        loss = F.cross_entropy(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        step += 1
        if step % 10 == 0:
            net.eval()
            xv, yv = next(iter(vl))
            with torch.no_grad():
                v = F.cross_entropy(net(xv), yv)
            net.train()
            print(f"step {step} loss {loss.item():.4f} val_loss {v.item():.4f}")
