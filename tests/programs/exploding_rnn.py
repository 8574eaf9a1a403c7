"""A recurrence with a gain above 1 and a step that is a little too large: each step makes the error larger."""

import sys

import torch
from torch import nn

torch.manual_seed(26)


class Recurrence(nn.Module):
    def __init__(self, size=24):
        super().__init__()
        self.inner = nn.Linear(size, size, bias=False)
        nn.init.orthogonal_(self.inner.weight, gain=1.1)
        self.inner.requires_grad_(False)
        self.read = nn.Linear(size, 1)

    def forward(self, h, steps=12):
        for _ in range(steps):
            h = self.inner(h)
        return self.read(h)


model = Recurrence()
healthy = "healthy" in sys.argv
optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=1e-3 if healthy else 0.12)
for step in range(60):
    x = torch.randn(32, 24)
    loss = (model(x) - x[:, :1]).square().mean()
    optimizer.zero_grad()
    loss.backward()
    if healthy:
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
print(step, loss.item())
