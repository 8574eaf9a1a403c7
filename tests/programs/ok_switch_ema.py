"""Switch EMA: after each epoch the model goes on from the average of its weights, by plan, and is validated so."""

import copy

import torch
from torch import nn

torch.manual_seed(10)
net = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1))
ema = copy.deepcopy(net)
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
held_out = torch.randn(200, 8)


def error(x):
    return nn.functional.mse_loss(net(x), (x[:, :1] * x[:, 1:2]).sin())


def switch_ema():
    net.load_state_dict(ema.state_dict())


for step in range(1, 201):
    optimizer.zero_grad()
    error(torch.randn(64, 8)).backward()
    optimizer.step()
    with torch.no_grad():
        for mean, p in zip(ema.parameters(), net.parameters()):
            mean.lerp_(p, 0.05)
    if step % 25 == 0:
        switch_ema()
        net.eval()
        with torch.no_grad():
            print(step, f"{error(held_out).item():.4f}")
        net.train()
