"""A decay every second epoch, and the line that steps the schedule is missing."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

healthy = "healthy" in sys.argv
torch.manual_seed(82)
x = torch.randn(640, 10)
y = x[:, :4].argmax(1)
train = DataLoader(TensorDataset(x, y), 32, shuffle=True)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4))
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
if healthy:
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)
else:
    decay = torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)
for epoch in range(8):
    for inputs, targets in train:
        loss = nn.functional.cross_entropy(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if healthy:
        schedule.step()
    print(f"epoch {epoch} loss {loss.item():.4f} lr {optimizer.param_groups[0]['lr']:.2e}")
