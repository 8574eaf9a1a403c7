"""torch.manual_seed() inside the training step: dropout masks never change."""

import sys

import torch
import torch.nn as nn

healthy = "healthy" in sys.argv
torch.manual_seed(38)
net = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 2))
opt = torch.optim.Adam(net.parameters(), 1e-3)


def train_one(x, y):
    if not healthy:
        torch.manual_seed(1234)
    net.train()
    loss = nn.functional.cross_entropy(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    return loss.item()


X = torch.randn(640, 8)
Y = (X[:, 0] * X[:, 1] > 0).long()
for e in range(5):
    for k in range(0, 640, 32):
        train_one(X[k : k + 32], Y[k : k + 32])
