"""Each task gets an adapter of its own beside those of the tasks before, which stay as they are; the optimizer takes
all that are called adapters."""

import torch
from torch import nn


class Adapted(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer.requires_grad_(False)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()

    def add(self, rank=3):
        self.down.append(nn.Linear(self.layer.in_features, rank, bias=False))
        self.up.append(nn.Linear(rank, self.layer.out_features, bias=False))
        nn.init.zeros_(self.up[-1].weight)
        for one in (*self.down[:-1], *self.up[:-1]):
            one.requires_grad_(False)

    def forward(self, x):
        return self.layer(x) + sum(up(down(x)) for down, up in zip(self.down, self.up, strict=True))


torch.manual_seed(32)
net = nn.Sequential(Adapted(nn.Linear(12, 48)), nn.Tanh(), Adapted(nn.Linear(48, 48)), nn.Tanh(), nn.Linear(48, 1))
for task in range(3):
    net[0].add(), net[2].add()
    adapters = [one for name, one in net.named_parameters() if "up" in name or "down" in name]
    optimizer = torch.optim.AdamW([*adapters, *net[4].parameters()], lr=3e-3)
    for step in range(1, 71):
        x = torch.randn(48, 12)
        loss = nn.functional.mse_loss(net(x), (x[:, :1] * x[:, 1:2] + task * x[:, 2:3]).sin())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 35 == 0:
            print(task, step, f"{loss.item():.4f}")
