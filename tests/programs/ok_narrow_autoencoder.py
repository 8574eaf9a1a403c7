"""An autoencoder of eight layers that narrows to three numbers: next to no gradient comes through at first, and Adam
moves the first layers all the same."""

from itertools import pairwise

import torch
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(2)
images = torch.tensor(load_digits().images, dtype=torch.float32)[:, None] / 16
images = nn.functional.interpolate(images, size=28, mode="bilinear").flatten(1)
sizes = (784, 128, 64, 12, 3)
down = [layer for a, b in pairwise(sizes) for layer in (nn.Linear(a, b), nn.Tanh())][:-1]
up = [layer for a, b in pairwise(sizes[::-1]) for layer in (nn.Linear(a, b), nn.Tanh())][:-1]
net = nn.Sequential(nn.Sequential(*down), nn.Sequential(*up, nn.Sigmoid()))
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(6):
    for rows in torch.randperm(len(images)).split(64):
        loss = nn.functional.mse_loss(net(images[rows]), images[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")
