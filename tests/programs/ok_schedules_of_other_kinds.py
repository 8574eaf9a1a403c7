"""Steep decays that are meant: by epochs, by a whole batch, on demand, and a fit that is called again and again."""

import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(98)
x = torch.randn(320, 10)
y = x[:, :4].argmax(1)


def built(schedule_of):
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    return model, optimizer, schedule_of(optimizer)


def epoch_of(model, optimizer, batch=32):
    total = 0.0
    for inputs, targets in DataLoader(TensorDataset(x, y), batch, shuffle=True):
        loss = nn.functional.cross_entropy(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(targets)
    return total / len(x)


def by_epochs():
    model, optimizer, schedule = built(lambda optimizer: lr_scheduler.MultiStepLR(optimizer, [3, 5], 0.1))
    for _ in range(24):
        loss = epoch_of(model, optimizer)
        schedule.step()
    print(f"by epochs {loss:.4f}")


def whole():
    model, optimizer, schedule = built(lambda optimizer: lr_scheduler.ExponentialLR(optimizer, 0.985))
    for _ in range(600):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    print(f"whole {loss.item():.4f}")


def on_demand():
    model, optimizer, schedule = built(lambda optimizer: lr_scheduler.ExponentialLR(optimizer, 0.5))
    best = float("inf")
    for _ in range(7):
        loss = epoch_of(model, optimizer)
        if loss > best:
            schedule.step()
        best = min(best, loss)
    print(f"on demand {loss:.4f}")


def again_and_again(epochs=20):
    model, optimizer, _ = built(lambda optimizer: None)
    for _ in range(5):
        for group in optimizer.param_groups:
            group["lr"] = 5e-3
            group.pop("initial_lr", None)
        schedule = lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
        for _ in range(epochs):
            loss = epoch_of(model, optimizer, len(x))
            schedule.step()
    print(f"again and again {loss:.4f}")


by_epochs()
whole()
on_demand()
again_and_again()
