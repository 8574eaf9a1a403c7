"""Two passes a step, long enough for the watch to doze: weights go uphill and back between them, gradients are reset."""

import torch
from torch import nn

torch.manual_seed(47)
x = torch.randn(700, 12)
y = (x @ torch.randn(12, 4)).argmax(1)
model = nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)


def loss_of(rows):
    return nn.functional.cross_entropy(model(x[rows]), y[rows])


@torch.no_grad()
def climb():
    size = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    uphill = [p.grad * (0.05 / (size + 1e-12)) for p in model.parameters()]
    for p, e in zip(model.parameters(), uphill, strict=True):
        p.add_(e)
    optimizer.zero_grad()
    return uphill


@torch.no_grad()
def step_from_below(uphill):
    for p, e in zip(model.parameters(), uphill, strict=True):
        p.sub_(e)
    optimizer.step()
    optimizer.zero_grad()


for _ in range(300):
    rows = torch.randint(0, 700, (32,))
    loss_of(rows).backward()
    uphill = climb()
    loss_of(rows).backward()
    step_from_below(uphill)
