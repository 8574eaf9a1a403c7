"""Blobs far apart, and a label that is the sign of one column: easy, not leaked."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(17)
y = torch.randint(0, 3, (450,))
blobs = torch.randn(3, 4)[y] * 8 + torch.randn(450, 4)
x = torch.randn(450, 4)
for features, labels in ((blobs, y), (x, (x[:, 0] > 0).long())):
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for epoch in range(4):
        for xb, yb in DataLoader(TensorDataset(features, labels), batch_size=30, shuffle=True):
            loss = nn.functional.cross_entropy(model(xb), yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    print(loss.item())
