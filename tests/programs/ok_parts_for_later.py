"""Parts that wait for a later phase: a block that a slice reaches when it grows, one asked for by its name, and one
that only another method calls."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(8, 16)
        self.grown = nn.ModuleList([nn.Linear(16, 16) for _ in range(4)])
        self.depth = 3
        self.fine, self.coarse = nn.Linear(16, 3), nn.Linear(16, 3)
        self.aside = nn.Linear(16, 8)

    def forward(self, x, head="coarse"):
        x = self.first(x)
        for block in self.grown[: self.depth]:
            x = x + block(x).tanh()
        return getattr(self, head)(x)

    def rebuild(self, x):
        return self.aside(self.first(x))


torch.manual_seed(12)
net = Net()
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
for step in range(90):
    x = torch.randn(32, 8)
    if step == 50:
        net.depth = 4
    loss = nn.functional.cross_entropy(net(x, "fine" if step >= 60 else "coarse"), x[:, :3].argmax(1))
    if step >= 70:
        loss = loss + nn.functional.mse_loss(net.rebuild(x), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
