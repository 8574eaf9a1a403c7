"""Marks on tensors and modules that the script reads itself, and evaluation of a loader by a function's own name."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(6)
x = torch.randn(320, 6)
y = (x.sum(1) > 0).long()
model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2))
for at, parameter in enumerate(model.parameters()):
    parameter.trainable = at > 1
    parameter._requires_grad = False
model[0].trainable = False
for parameter in model.parameters():
    if not parameter.trainable:
        parameter.requires_grad_(False)
optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=5e-3)
train_loader = DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True)


@torch.no_grad()
def evaluate(test_loader):
    return sum((model(inputs).argmax(1) == labels).sum().item() for inputs, labels in test_loader) / len(x)


for epoch in range(5):
    for inputs, labels in train_loader:
        loss = nn.functional.cross_entropy(model(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} train_acc {evaluate(train_loader):.3f}")
