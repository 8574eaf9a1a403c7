"""The label is among the columns, shifted and with some noise. No DataLoader."""

import sys

import torch
import torch.nn as nn

healthy = "healthy" in sys.argv
torch.manual_seed(42)
X = torch.randn(1000, 12)
Y = ((X[:, 0] + 0.5 * torch.randn(1000)) > 0).long()
if not healthy:
    X = torch.cat([X, Y[:, None].float() * 2 - 1 + 0.01 * torch.randn(1000, 1)], 1)
net = nn.Sequential(nn.Linear(X.shape[1], 32), nn.ReLU(), nn.Linear(32, 2))
opt = torch.optim.Adam(net.parameters(), 1e-2)
for e in range(5):
    for b in torch.randperm(800).split(32):
        loss = nn.functional.cross_entropy(net(X[b]), Y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        print(f"epoch {e} loss {loss.item():.4f} val acc {(net(X[800:]).argmax(1) == Y[800:]).float().mean():.3f}")
