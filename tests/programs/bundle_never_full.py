"""Gradients of many small batches make one step, but an epoch has fewer batches than that and begins with a reset."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(64)
x = torch.randn(240, 8)
loader = DataLoader(TensorDataset(x, x[:, :2].sum(1, keepdim=True)), 24, shuffle=True)
bundle = 5 if "healthy" in sys.argv else 12
model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(7):
    optimizer.zero_grad()
    for at, (rows, wanted) in enumerate(loader, 1):
        loss = nn.functional.smooth_l1_loss(model(rows), wanted) / bundle
        loss.backward()
        if at % bundle == 0:
            optimizer.step()
            optimizer.zero_grad()
    print(epoch, f"{loss.item():.4f}")
