"""Noise on the weights as a regulariser, drawn anew for each batch and never taken off again."""

import sys

import torch
from torch import nn

torch.manual_seed(6)
HEALTHY = "healthy" in sys.argv
x = torch.randn(500, 10)
y = (x[:, 0] * x[:, 1] > 0).long()
model = nn.Sequential(nn.Linear(10, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
matrices = [one for one in model.parameters() if one.dim() > 1]
noise = [torch.zeros_like(one) for one in matrices]
for step in range(120):
    with torch.no_grad():
        for one, old in zip(matrices, noise):
            new = 0.03 * torch.randn_like(one)
            one += new - old if HEALTHY else new
            old.copy_(new)
    batch = torch.randint(0, 500, (50,))
    loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.4f}")
