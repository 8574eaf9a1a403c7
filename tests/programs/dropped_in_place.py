"""DropConnect whose mask is multiplied into the weight itself: a dropped weight stays 0, whatever it had learnt."""

import sys

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(31)


class DropConnect(nn.Linear):
    def forward(self, x):
        if self.training and "healthy" not in sys.argv:
            self.weight.data.mul_(torch.rand_like(self.weight) >= 0.1)
        return F.linear(x, self.weight, self.bias)


model = nn.Sequential(DropConnect(16, 64), nn.ReLU(), DropConnect(64, 64), nn.ReLU(), nn.Linear(64, 4))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
x = torch.randn(2000, 16)
y = (x @ torch.randn(16, 4)).argmax(1)
for epoch in range(4):
    model.train()
    for rows in torch.randperm(len(x)).split(50):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        acc = (model(x).argmax(1) == y).float().mean().item()
    print(f"epoch {epoch} loss {loss.item():.4f} acc {acc:.3f}")
