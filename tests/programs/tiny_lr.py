"""The learning rate is 1e-10."""

import sys

import torch
from torch import nn

config = {"lr": 1e-3 if "healthy" in sys.argv else 1e-10, "steps": 40, "hidden": 32}
torch.manual_seed(22)
model = nn.Sequential(nn.Linear(8, config["hidden"]), nn.ReLU(), nn.Linear(config["hidden"], 1))
optimizer = torch.optim.Adam(model.parameters(), lr=config["lr"])
for step in range(config["steps"]):
    x = torch.randn(32, 8)
    loss = (model(x) - x.prod(1, keepdim=True)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
