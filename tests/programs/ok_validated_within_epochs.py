"""A validation every seven steps, while one iterator of training goes on; none of them asks for a StopIteration."""

from itertools import islice

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(8)
x = torch.randn(360, 6)
y = (x[:, 0] - x[:, 2] > 0).long()
train_loader = DataLoader(TensorDataset(x[:260], y[:260]), batch_size=20, shuffle=True)
val_loader = DataLoader(TensorDataset(x[260:], y[260:]), batch_size=20)
model = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
step = 0
for epoch in range(5):
    for inputs, labels in train_loader:
        loss = nn.functional.cross_entropy(model(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        if step % 7 == 0:
            with torch.no_grad():
                taken = islice(val_loader, len(val_loader))
                hits = sum((model(inputs).argmax(1) == labels).sum().item() for inputs, labels in taken)
            print(f"step {step} acc {hits / 100:.3f}")
