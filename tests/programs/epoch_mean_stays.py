"""A mean of the weights is taken after each epoch and put in for the validation; nothing takes it out again."""

import copy
import sys

import torch
from torch import nn

torch.manual_seed(45)
net = nn.Sequential(nn.Linear(5, 40), nn.ReLU(), nn.Linear(40, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
x = torch.randn(640, 5)
y = (x[:, :1] * x[:, 1:2]).tanh()
held_out = torch.randn(160, 5)
mean_weights = [p.detach().clone() for p in net.parameters()]
for epoch in range(12):
    for rows in torch.randperm(640).split(20):
        loss = nn.functional.mse_loss(net(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        kept = copy.deepcopy(net.state_dict())
        for mean, p in zip(mean_weights, net.parameters(), strict=True):
            mean.lerp_(p, 0.1)
            p.copy_(mean)
        error = nn.functional.mse_loss(net(held_out), (held_out[:, :1] * held_out[:, 1:2]).tanh())
        print(f"epoch {epoch} loss {loss.item():.4f} held out {error.item():.4f}")
        if "healthy" in sys.argv:
            net.load_state_dict(kept)
