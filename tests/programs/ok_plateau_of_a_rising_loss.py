"""A validation loss that rises from the first epoch on, as on few samples, and a negated accuracy: the cuts are right."""

import torch
from torch import nn

torch.manual_seed(5)
x, y = torch.randn(80, 30), torch.randint(0, 2, (80,))
model = nn.Sequential(nn.Linear(30, 64), nn.ReLU(), nn.Linear(64, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
by_loss = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
by_accuracy = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
for _ in range(10):
    for rows in torch.randperm(60).split(10):
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        out = model(x[60:])
        val_loss = nn.functional.cross_entropy(out, y[60:]).item()
        acc = (out.argmax(1) == y[60:]).float().mean().item()
    by_loss.step(val_loss)
    by_accuracy.step(-acc)
