"""Steps by hand that add the gradient of an error instead of subtracting it."""

import sys

import torch
from torch import nn

torch.manual_seed(82)
net = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1))
sign = -1 if "healthy" in sys.argv else 1
x = torch.randn(512, 8)
y = (x[:, :1] * x[:, 1:2]).sin()
for _ in range(80):
    at = torch.randint(0, 512, (64,))
    loss = nn.functional.mse_loss(net(x[at]), y[at])
    with torch.no_grad():
        for weight, gradient in zip(net.parameters(), torch.autograd.grad(loss, list(net.parameters()))):
            weight.add_(gradient, alpha=sign * 0.01)
print(loss.item())
