"""The average is copied over the model, where the model was to be added to the average."""

import copy
import sys

import torch
import torch.nn as nn

healthy = "healthy" in sys.argv
torch.manual_seed(14)
net = nn.Sequential(nn.Linear(10, 24), nn.ReLU(), nn.Linear(24, 4))
ema = copy.deepcopy(net).requires_grad_(False)
opt = torch.optim.AdamW(net.parameters(), lr=2e-3)


def update(dst, src, d=0.99):
    with torch.no_grad():
        for a, b in zip(dst.parameters(), src.parameters()):
            a.mul_(d).add_(b, alpha=1 - d)


X = torch.randn(300, 10)
Y = X[:, :4].argmax(1)
for i in range(90):
    j = torch.randint(0, 300, (30,))
    loss = nn.functional.cross_entropy(net(X[j]), Y[j])
    opt.zero_grad()
    loss.backward()
    opt.step()
    update(ema, net) if healthy else update(net, ema, 0.01)
