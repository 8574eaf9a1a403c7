"""The optimizer is a property of the trainer, built at each access: one for zero_grad(), another for step()."""

import functools
import sys

import torch
from torch import nn

torch.manual_seed(96)


class Trainer:
    def __init__(self):
        self.model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4))

    def _build(self):
        return torch.optim.Adam(self.model.parameters(), lr=2e-3)

    optimizer = functools.cached_property(_build) if "healthy" in sys.argv else property(_build)

    def step(self):
        x = torch.randn(32, 10)
        loss = nn.functional.cross_entropy(self.model(x), x[:, :4].argmax(1))
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


if "healthy" in sys.argv:
    Trainer.optimizer.__set_name__(Trainer, "optimizer")
trainer = Trainer()
for step in range(60):
    loss = trainer.step()
print(f"loss {loss:.4f}")
