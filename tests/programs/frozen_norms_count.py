"""A trained body is frozen below a new head, and train() at each epoch leaves its BatchNorm to the new recordings."""

import sys

import torch
from torch import nn

torch.manual_seed(52)
body = nn.Sequential(nn.Linear(12, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 16), nn.BatchNorm1d(16))


class Model(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.body, self.head = body, nn.Linear(16, classes)

    def forward(self, x):
        return self.head(torch.relu(self.body(x)))


def train(model, parameters, steps, classes, gain, offset):
    optimizer = torch.optim.Adam(parameters, lr=3e-3)
    for step in range(steps):
        if step % 20 == 0:
            model.train()
            if "healthy" in sys.argv and classes == 3:
                model.body.eval()
        x = gain * torch.randn(32, 12) + offset
        loss = nn.functional.cross_entropy(model(x), (x[:, :classes] - offset).argmax(1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


first = Model(4)
train(first, first.parameters(), 60, 4, 1.0, 0.0)
body.requires_grad_(False)
second = Model(3)
train(second, second.head.parameters(), 80, 3, 2.0, 1.0)
