"""A value net is fitted to the returns of one rollout after another; each update builds its own Adam."""

import sys

import torch
from torch import nn

healthy = "healthy" in sys.argv
torch.manual_seed(4)
value = nn.Sequential(nn.Linear(3, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(value.parameters(), lr=3e-3)


def rollout(spread):
    state = spread * torch.randn(256, 3)
    return state, (state.square().sum(1, keepdim=True) + 0.1 * torch.randn(256, 1)) / 3


for update in range(14):
    states, returns = rollout(2.0 if update == 1 else 1.0)  # the second rollout strays farther
    if not healthy:
        optimizer = torch.optim.Adam(value.parameters(), lr=3e-3 * (1 - update / 14))
    for group in optimizer.param_groups:
        group["lr"] = 3e-3 * (1 - update / 14)
    for _ in range(3):
        for rows in torch.randperm(256).chunk(4):
            loss = nn.functional.mse_loss(value(states[rows]), returns[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    print(f"update {update} value loss {loss.item():.3f}")
