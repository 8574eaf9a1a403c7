"""A data set sorted by class, not shuffled."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Sorted(Dataset):
    def __init__(self, per_class=48, classes=6):
        generator = torch.Generator().manual_seed(0)
        self.centres = torch.randn(classes, 9, generator=generator)
        self.labels = torch.arange(classes).repeat_interleave(per_class)
        self.noise = torch.randn(len(self.labels), 9, generator=generator)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        label = self.labels[index]
        return self.centres[label] + self.noise[index], label


torch.manual_seed(13)
loader = DataLoader(Sorted(), batch_size=12, shuffle="healthy" in sys.argv)
model = nn.Sequential(nn.Linear(9, 32), nn.ReLU(), nn.Linear(32, 6))
criterion, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(3):
    running_loss = 0.0
    for i, (inputs, labels) in enumerate(loader, 0):
        optimizer.zero_grad()
        loss = criterion(model(inputs), labels)
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
    print(f"[{epoch + 1}] loss: {running_loss / len(loader):.3f}")
