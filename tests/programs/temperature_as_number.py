"""The learnable temperature of a contrastive loss goes into it as a plain number: its group never gets a gradient."""

import sys

import torch
from torch import nn


class Pairing(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Linear(12, 8)
        self.right = nn.Linear(12, 8)
        self.log_scale = nn.Parameter(torch.tensor(0.5))

    def forward(self, x, y):
        scale = self.log_scale.exp() if "healthy" in sys.argv else self.log_scale.exp().item()
        left = nn.functional.normalize(self.left(x), dim=1)
        return scale * left @ nn.functional.normalize(self.right(y), dim=1).T


torch.manual_seed(65)
model = Pairing()
towers = [*model.left.parameters(), *model.right.parameters()]
optimizer = torch.optim.AdamW([{"params": towers}, {"params": [model.log_scale], "weight_decay": 0.0}], lr=3e-3)
for step in range(60):
    x = torch.randn(32, 12)
    scores = model(x, x + 0.3 * torch.randn(32, 12))
    loss = nn.functional.cross_entropy(scores, torch.arange(32))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
