"""Texts made from a few templates: many stand in the training data several times, and in the validation data too."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(5)


def texts(n):
    """Template, then two slots; a shorter template leaves the last slot empty."""
    kinds = torch.randint(0, 6, (n,))
    slots = torch.randint(10, 18, (n, 2))
    slots[kinds < 3, 1] = 0
    words = torch.stack([kinds + 30, slots[:, 0], kinds + 40, slots[:, 1], kinds + 50, kinds + 60], 1)
    return words, kinds // 2


train_loader = DataLoader(TensorDataset(*texts(600)), 40, shuffle=True)
val_loader = DataLoader(TensorDataset(*texts(150)), 50)
model = nn.Sequential(nn.Embedding(70, 8), nn.Flatten(), nn.Linear(48, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(3):
    for x, y in train_loader:
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        hits = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch} loss {loss.item():.4f} acc {hits / 150:.3f}")
