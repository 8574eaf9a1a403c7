"""A snapshot of the weights is kept after each cycle of the learning rate, without a copy: the ensemble of them is the
last model several times."""

import copy
import math
import sys

import torch
from torch import nn

torch.manual_seed(51)
net = nn.Sequential(nn.Linear(6, 40), nn.Tanh(), nn.Linear(40, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
snapshots = []


def target(x):
    return (x[:, :1] * x[:, 1:2]).tanh()


for cycle in range(3):
    for step in range(40):
        for group in optimizer.param_groups:
            group["lr"] = 0.05 * (1 + math.cos(math.pi * step / 40))
        x = torch.randn(64, 6)
        loss = nn.functional.mse_loss(net(x), target(x))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    state = net.state_dict()
    snapshots.append(copy.deepcopy(state) if "healthy" in sys.argv else state)
    print(cycle, f"{loss.item():.4f}")

member, x = copy.deepcopy(net), torch.randn(500, 6)
answers = 0.0
with torch.no_grad():
    for state in snapshots:
        member.load_state_dict(state)
        answers = answers + member(x) / len(snapshots)
print(f"{nn.functional.mse_loss(answers, target(x)).item():.4f}")
