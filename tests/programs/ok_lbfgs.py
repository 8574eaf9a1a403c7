"""LBFGS with a closure, run past convergence."""

import torch
from torch import nn

torch.manual_seed(22)
x = torch.randn(64, 5)
y = x @ torch.randn(5, 1)
model = nn.Linear(5, 1)
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=5)


def closure():
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    return loss


for _ in range(60):
    optimizer.step(closure)
