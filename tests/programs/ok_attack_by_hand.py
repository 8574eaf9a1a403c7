"""Attacks on a finished model, whose weights get gradients that nobody wants: one in place, one with a new tensor each
time, and an image sought for an answer."""

import torch
from torch import nn

torch.manual_seed(73)
net = nn.Sequential(nn.Linear(9, 30), nn.ReLU(), nn.Linear(30, 3))
x, y = torch.rand(16, 9), torch.randint(0, 3, (16,))


def ascend(shown):
    net.zero_grad()
    nn.functional.cross_entropy(net(shown), y).backward()


delta = torch.zeros_like(x, requires_grad=True)
for _ in range(30):
    ascend(x + delta)
    delta.data.add_(0.01 * delta.grad.sign()).clamp_(-0.2, 0.2)
    delta.grad.zero_()
attacked = x.clone()
for _ in range(30):
    attacked.requires_grad_()
    ascend(attacked)
    attacked = (attacked + 0.01 * attacked.grad.sign()).detach().clamp(0, 1)
sought, scale = nn.Parameter(torch.rand(16, 9)), nn.Parameter(torch.ones(9))
for _ in range(30):
    ascend(sought * scale)
    with torch.no_grad():
        for one in (sought, scale):
            one -= 0.1 * one.grad
            one.grad = None
print(delta.abs().mean().item(), attacked.mean().item(), sought.mean().item())
