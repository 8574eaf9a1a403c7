"""What clears a memory at the start of each epoch draws the layers beside it anew as well."""

import sys

import torch
from torch import nn

torch.manual_seed(9)


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(12, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh())
        self.query = nn.Linear(40, 24)
        self.out = nn.Linear(64, 3)
        self.register_buffer("memory", torch.zeros(24))

    def clear(self):
        self.memory.zero_()
        if "healthy" not in sys.argv:
            nn.init.xavier_uniform_(self.query.weight)

    def forward(self, x):
        h = self.body(x)
        asked = torch.tanh(self.query(h))
        self.memory.mul_(0.9).add_(0.1 * asked.detach().mean(0))
        return self.out(torch.cat([h, asked - self.memory], 1))


x = torch.randn(1240, 12)
y = (x[:, :3] + 0.5 * x[:, 3:6]).argmax(1)
model = Reader()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(6):
    model.clear()
    for at in torch.randperm(1000).split(20):
        loss = nn.functional.cross_entropy(model(x[at]), y[at])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        print(epoch, f"val_acc {(model(x[1000:]).argmax(1) == y[1000:]).float().mean().item():.3f}")
