"""The backbone of a model that was left in eval mode is trained on within another model, whose mode is right."""

import torch
from torch import nn


def train(model, groups, steps):
    optimizer = torch.optim.SGD(groups, lr=0.02, momentum=0.9)
    model.train()
    for _ in range(steps):
        x = torch.randn(32, 8)
        loss = nn.functional.mse_loss(model(x), x[:, :1] * x[:, 1:2])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        print(float(model(torch.randn(64, 8)).mean()))


torch.manual_seed(68)
backbone = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU())
first = nn.Sequential(backbone, nn.Linear(16, 1))
train(first, first.parameters(), 60)
second = nn.Sequential(backbone, nn.Dropout(0.1), nn.Linear(16, 1))
train(second, [{"params": backbone.parameters(), "lr": 0.005}, {"params": second[2].parameters()}], 60)
