"""Validated in bfloat16, to be quick: the cast is of the model itself, and it goes on so. Healthy: of a copy."""

import copy
import sys

import torch
from torch import nn

torch.manual_seed(31)
model = nn.Sequential(nn.Linear(16, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=2e-2, momentum=0.9)
held_out = torch.randn(200, 16)


def truth(x):
    return (x[:, :1] * x[:, 1:2]).sin()


def validate(model):
    if "healthy" in sys.argv:
        model = copy.deepcopy(model)
    model.eval()
    model.to(torch.bfloat16)
    with torch.no_grad():
        said = model(held_out.to(torch.bfloat16)).float()
    model.train()
    return nn.functional.mse_loss(said, truth(held_out)).item()


for epoch in range(2):
    for _ in range(90 if epoch == 0 else 9):
        x = torch.randn(32, 16)
        said = model(x.to(model[0].weight.dtype)).float()
        loss = nn.functional.mse_loss(said, truth(x))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f} held out {validate(model):.4f}")
