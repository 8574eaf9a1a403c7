"""Rows of bits: validation holds rows of the training set because there are no others."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(24)
bits = torch.randint(0, 2, (600, 8)).float()
target = (bits[:, :3].sum(1) % 2).long()
train, val = TensorDataset(bits[:480], target[:480]), TensorDataset(bits[480:], target[480:])
model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(4):
    model.train()
    for x, y in DataLoader(train, batch_size=32, shuffle=True):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    model.eval()
    with torch.inference_mode():
        print(sum((model(x).argmax(1) == y).sum().item() for x, y in DataLoader(val, batch_size=32)))
