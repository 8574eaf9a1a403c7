"""A batch of the validation set is drawn every tenth step beside training, all of it at the end."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(19)
x = torch.randn(500, 6)
y = (x[:, 0] + x[:, 3] > 0).long()
train_loader = DataLoader(TensorDataset(x[:400], y[:400]), batch_size=20, shuffle=True)
val_loader = DataLoader(TensorDataset(x[400:], y[400:]), batch_size=20)
model = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
val_batches, step = iter(val_loader), 0
for epoch in range(12):
    for inputs, labels in train_loader:
        loss = nn.functional.cross_entropy(model(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        if step % 10 == 0:
            try:
                inputs, labels = next(val_batches)
            except StopIteration:
                val_batches = iter(val_loader)
                inputs, labels = next(val_batches)
            with torch.no_grad():
                print(f"step {step} val_loss {nn.functional.cross_entropy(model(inputs), labels).item():.4f}")
for _ in range(2):
    with torch.no_grad():
        hits = sum((model(inputs).argmax(1) == labels).sum().item() for inputs, labels in val_loader)
    print(f"val_acc {hits / 100:.3f}")
