"""Tuning on a second task with a learning rate for each stage; the list of stages has all of them (healthy) or lacks
the stem."""

import sys

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
healthy = "healthy" in sys.argv


class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Sequential(nn.Linear(16, 24, bias=False), nn.LayerNorm(24))
        self.stage1 = nn.Sequential(nn.Linear(24, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
        self.stage2 = nn.Sequential(nn.Linear(32, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU())
        self.stage3 = nn.Sequential(nn.Linear(48, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        return self.fc(self.stage3(self.stage2(self.stage1(self.stem(x)))))


def fit(model, optimizer, classes, steps):
    model.train()
    for _ in range(steps):
        x, y = torch.randn(16, 16), torch.randint(0, classes, (16,))
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()


model = Net(5)
fit(model, torch.optim.Adam(model.parameters(), lr=1e-3), 5, 20)
model.fc = nn.Linear(64, 3)
stages = ["fc", "stage3", "stage2", "stage1"] + (["stem"] if healthy else [])
groups = [
    {"params": [p for n, p in model.named_parameters() if n.split(".")[0] == stage], "lr": 0.02 * 0.6**depth}
    for depth, stage in enumerate(stages)
]
fit(model, torch.optim.SGD(groups, momentum=0.9), 3, 30)
