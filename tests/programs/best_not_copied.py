"""The best state is kept as it is, and goes on changing with the model."""

import copy
import sys

import torch
from torch import nn

torch.manual_seed(55)
model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
held_out = torch.randn(64, 5)
lowest, best = float("inf"), None
for epoch in range(4):
    for _ in range(12):
        x = torch.randn(32, 5)
        loss = nn.functional.mse_loss(model(x), x[:, :1].sin())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        value = nn.functional.mse_loss(model(held_out), held_out[:, :1].sin()).item()
    if value < lowest:
        lowest, best = value, model.state_dict()
        if "healthy" in sys.argv:
            best = copy.deepcopy(best)
model.load_state_dict(best)
