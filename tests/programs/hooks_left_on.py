"""The encoder rests behind hooks that zero its gradients, while the head learns; of the hooks the last alone is removed."""

import sys

import torch
from torch import nn

torch.manual_seed(91)
encoder = nn.Sequential(nn.Linear(10, 24), nn.SiLU(), nn.Linear(24, 24), nn.SiLU())
model = nn.Sequential(encoder, nn.Linear(24, 1))


def hold(module):
    if "healthy" in sys.argv:
        return [parameter.register_hook(torch.zeros_like) for parameter in module.parameters()]
    for parameter in module.parameters():
        handle = parameter.register_hook(torch.zeros_like)
    return [handle]


def train(steps):
    for _ in range(steps):
        x = torch.randn(32, 10)
        loss = nn.functional.mse_loss(model(x).squeeze(1), x[:, 0] * x[:, 1])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
handles = hold(encoder)
train(60)
for handle in handles:
    handle.remove()
train(120)
