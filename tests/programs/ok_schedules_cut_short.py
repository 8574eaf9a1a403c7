"""Schedules of runs that end before their plan: a cosine over a hundred epochs, a warm-up of six of them, early stopping."""

import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, TensorDataset

x = torch.randn(640, 10)
y = x[:, :4].argmax(1)


def train(schedule_of, each_batch, epochs):
    torch.manual_seed(87)
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    schedule = schedule_of(optimizer)
    for epoch in range(epochs):
        for inputs, targets in DataLoader(TensorDataset(x, y), 32, shuffle=True):
            loss = nn.functional.cross_entropy(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if each_batch:
                schedule.step()
        if not each_batch:
            schedule.step()
    print(f"loss {loss.item():.4f} lr {schedule.get_last_lr()[0]:.2e}")


train(lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, T_max=100), False, 6)
train(lambda optimizer: lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=2000), True, 6)
train(lambda optimizer: lr_scheduler.LinearLR(optimizer, 0.01, total_iters=6), False, 2)
train(lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, T_max=30), True, 6)
train(lambda optimizer: lr_scheduler.ExponentialLR(optimizer, 0.97), True, 8)
