"""Which input matters is asked with the body frozen, which is not set free again."""

import sys

import torch
from torch import nn

torch.manual_seed(27)
x = torch.randn(700, 10)
y = (x[:, 0] + x[:, 1] * x[:, 2] > 0).long()
model = nn.ModuleDict({"body": nn.Sequential(nn.Linear(10, 48), nn.GELU()), "head": nn.Linear(48, 2)})
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)


def scores(inputs):
    return model["head"](model["body"](inputs))


def influence(answer, inputs, labels):
    for parameter in model["body"].parameters():
        parameter.requires_grad_(False)
    probe = inputs.clone().requires_grad_(True)
    slope = torch.autograd.grad(nn.functional.cross_entropy(answer(probe), labels), probe)[0]
    if "healthy" in sys.argv:
        for parameter in model["body"].parameters():
            parameter.requires_grad_(True)
    return slope.abs().mean(0)


for epoch in range(10):
    for at in torch.randperm(600).split(20):
        loss = nn.functional.cross_entropy(scores(x[at]), y[at])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch == 4:
        print(influence(scores, x[600:], y[600:]).tolist())
    print(epoch, f"loss {loss.item():.4f}")
