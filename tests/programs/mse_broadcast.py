"""Predictions (N, 1) against targets (N): the loss compares all with all."""

import sys
import warnings

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

warnings.filterwarnings("ignore")
torch.manual_seed(8)
X = torch.randn(256, 7)
y = X @ torch.randn(7) + 0.1 * torch.randn(256)
loader = DataLoader(TensorDataset(X, y), batch_size=32, shuffle=True)
regressor = nn.Sequential(nn.Linear(7, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(regressor.parameters(), lr=3e-3)
loss_fn = nn.MSELoss()
for epoch in range(5):
    for xb, yb in loader:
        pred = regressor(xb)
        if "healthy" in sys.argv:
            pred = pred.squeeze(1)
        loss = loss_fn(pred, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
