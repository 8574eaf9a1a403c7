"""The rare class is oversampled, then the rows are split: copies of the same rows are trained on and evaluated on. Both
are tables, cut into batches by hand."""

import sys

import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(41)
x = rng.normal(size=(3000, 9)).astype(np.float32)
y = (x[:, 0] + x[:, 1] * x[:, 2] + 0.8 * rng.normal(size=3000) > 2.2).astype(np.float32)


def oversampled(x, y):
    rare, common = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
    order = rng.permutation(np.concatenate([rare, common, rng.choice(rare, len(common) - len(rare))]))
    return x[order], y[order]


def split(x, y):
    cut = int(0.8 * len(x))
    return x[:cut], y[:cut], x[cut:], y[cut:]


if "healthy" in sys.argv:
    x_train, y_train, x_test, y_test = split(x, y)
    x_train, y_train = oversampled(x_train, y_train)
else:
    x_train, y_train, x_test, y_test = split(*oversampled(x, y))
x_train, y_train = torch.tensor(x_train), torch.tensor(y_train)

torch.manual_seed(41)
net = nn.Sequential(nn.Linear(9, 48), nn.ReLU(), nn.Linear(48, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(4):
    for rows in torch.randperm(len(x_train)).split(64):
        loss = nn.functional.binary_cross_entropy_with_logits(net(x_train[rows]).squeeze(1), y_train[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    net.eval()
    with torch.no_grad():
        right = ((net(torch.tensor(x_test)).squeeze(1) > 0).numpy() == (y_test > 0)).mean()
    net.train()
    print(epoch, f"{loss.item():.4f} {right:.3f}")
