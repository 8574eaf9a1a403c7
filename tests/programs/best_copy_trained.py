"""After an epoch without a gain training goes on with a copy of the best model; the optimizer keeps the old one."""

import copy
import sys

import torch
from torch import nn

torch.manual_seed(44)
model = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
x = torch.randn(300, 6)
y = x[:, :1] * x[:, 1:2]
best = copy.deepcopy(model)
for epoch in range(8):
    for at in range(0, 300, 20):
        loss = nn.functional.mse_loss(model(x[at : at + 20]), y[at : at + 20])
        model.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch == 3:
        if "healthy" in sys.argv:
            model.load_state_dict(best.state_dict())
        else:
            model = copy.deepcopy(best)
    elif epoch < 3:
        best = copy.deepcopy(model)
