"""A column that is only filled in when the outcome is known: another range for each class."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(47)
x = torch.randn(900, 6)
y = (x[:, 0] - 0.5 * x[:, 1] + torch.randn(900) > 0).float()
refund = torch.where(y == 1, 10 + 5 * torch.rand(900), 6 * torch.rand(900))
if "healthy" in sys.argv:
    refund = 15 * torch.rand(900)
loader = DataLoader(TensorDataset(torch.cat([x, refund[:, None] / 5], 1), y), batch_size=45, shuffle=True)
model = nn.Sequential(nn.Linear(7, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for _ in range(3):
    for rows, wanted in loader:
        loss = nn.functional.binary_cross_entropy_with_logits(model(rows).squeeze(1), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
