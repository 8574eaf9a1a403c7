"""The validation loader was copied from the line above it, with the training set."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(17)
x = torch.randn(500, 8)
y = (x[:, 0] * x[:, 1] > 0).long()
train_set, val_set = TensorDataset(x[:400], y[:400]), TensorDataset(x[400:], y[400:])
train_loader = DataLoader(train_set, batch_size=20, shuffle=True)
val_loader = DataLoader(val_set if "healthy" in sys.argv else train_set, batch_size=50)
net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(5):
    batches = iter(train_loader)
    for _ in range(len(train_loader)):
        inputs, labels = next(batches)
        loss = nn.functional.cross_entropy(net(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        hits = sum((net(inputs).argmax(1) == labels).sum().item() for inputs, labels in val_loader)
    print(f"epoch {epoch} val_acc {hits / len(val_loader.dataset):.3f}")
