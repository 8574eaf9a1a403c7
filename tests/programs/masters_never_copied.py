"""Weights in half precision, and copies of them in full precision that the optimizer steps; nobody copies them back."""

import sys

import torch
from torch import nn

torch.manual_seed(76)
net = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 1)).to(torch.bfloat16)
masters = [p.detach().float().requires_grad_() for p in net.parameters()]
adam = torch.optim.Adam(masters, lr=2e-3)
for step in range(80):
    x = torch.randn(32, 6)
    loss = nn.functional.mse_loss(net(x.bfloat16()).float(), x.sum(1, keepdim=True))
    loss.backward()
    for master, p in zip(masters, net.parameters()):
        master.grad, p.grad = p.grad.float(), None
    adam.step()
    if "healthy" in sys.argv:
        with torch.no_grad():
            for master, p in zip(masters, net.parameters()):
                p.copy_(master)
