"""A plateau schedule fed with the accuracy, in the mode that waits for the smallest value; healthy: mode="max"."""

import sys

import torch
from torch import nn

torch.manual_seed(4)
x = torch.randn(1200, 12)
y = (x @ torch.randn(12, 4)).argmax(1)
model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
mode = "max" if "healthy" in sys.argv else "min"
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode, factor=0.1, patience=1)
history = {"val_acc": []}
for _ in range(8):
    for rows in torch.randperm(1000).split(100):
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        history["val_acc"].append((model(x[1000:]).argmax(1) == y[1000:]).float().mean().item())
    scheduler.step(history["val_acc"][-1])
