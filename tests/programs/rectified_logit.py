"""A ReLU before BCEWithLogitsLoss: no probability can be below a half."""

import sys

import torch
from torch import nn

torch.manual_seed(44)


class Spam(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(12, 32), nn.Linear(32, 1)

    def forward(self, x):
        out = self.last(torch.relu(self.first(x)))
        return out if "healthy" in sys.argv else torch.relu(out)


model = Spam()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for _ in range(60):
    x = torch.randn(32, 12)
    loss = criterion(model(x).squeeze(1), (x[:, 0] > x[:, 1]).float())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
