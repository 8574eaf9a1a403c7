"""An average of the weights is put in for each evaluation, and the state that takes it out again was never copied."""

import copy
import sys

import torch
from torch import nn

torch.manual_seed(65)
net = nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 1))
average = copy.deepcopy(net.state_dict())
adam = torch.optim.Adam(net.parameters(), lr=4e-3)
held_out = torch.randn(100, 6)


def error(x):
    return nn.functional.mse_loss(net(x), (x[:, :1] * x[:, 1:2]).sin())


for step in range(1, 81):
    adam.zero_grad()
    error(torch.randn(48, 6)).backward()
    adam.step()
    for name, value in net.state_dict().items():
        average[name].lerp_(value, 0.02)
    if step % 16 == 0:
        kept = net.state_dict()
        if "healthy" in sys.argv:
            kept = copy.deepcopy(kept)
        net.load_state_dict(average)
        with torch.no_grad():
            print(step, f"{error(held_out).item():.4f}")
        net.load_state_dict(kept)
