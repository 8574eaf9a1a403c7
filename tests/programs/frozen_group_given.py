"""A backbone frozen for a first phase that never ends: its group waits in the optimizer for nothing."""

import sys

import torch
import torch.nn as nn

healthy = "healthy" in sys.argv
torch.manual_seed(9)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
        self.head = nn.Linear(32, 2)

    def forward(self, x):
        return self.head(self.backbone(x))


model = Model()
for p in model.backbone.parameters():
    p.requires_grad = healthy
opt = torch.optim.AdamW(
    [{"params": model.backbone.parameters(), "lr": 1e-4}, {"params": model.head.parameters(), "lr": 1e-3}]
)
X = torch.randn(400, 12)
Y = (X[:, 0] > X[:, 1]).long()
for epoch in range(4):
    for b in torch.randperm(400).split(20):
        loss = nn.functional.cross_entropy(model(X[b]), Y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
