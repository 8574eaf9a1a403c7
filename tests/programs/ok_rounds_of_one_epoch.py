"""Federated rounds: each client trains one epoch with an optimizer and a schedule of its own, stepped at its end."""

import copy

import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(97)
x = torch.randn(3200, 10)
y = x[:, :4].argmax(1)
clients = [TensorDataset(x[at::2], y[at::2]) for at in range(2)]
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4))


def local(data):
    mine = copy.deepcopy(model)
    optimizer = torch.optim.SGD(mine.parameters(), lr=0.1, momentum=0.9)
    schedule = lr_scheduler.StepLR(optimizer, 1, 0.9)
    for inputs, targets in DataLoader(data, 32, shuffle=True):
        loss = nn.functional.cross_entropy(mine(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    schedule.step()
    return mine.state_dict(), loss.item()


for communication in range(7):
    states, losses = zip(*[local(data) for data in clients], strict=True)
    model.load_state_dict({name: sum(state[name] for state in states) / len(states) for name in states[0]})
    print(f"round {communication} loss {sum(losses) / len(losses):.4f}")
