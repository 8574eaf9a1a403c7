"""Pairs of all with all on purpose: ranks learnt from them, one side held fixed; quantiles against samples; particles."""

import torch
from torch import nn

torch.manual_seed(48)


def train(parameters, loss_of, name):
    optimizer = torch.optim.Adam(parameters, lr=3e-3)
    for step in range(60):
        loss = loss_of()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 0:
            print(f"{name} step {step} loss {loss.item():.4f}")


ranker = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 1))
quantiles = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 1))
particles = nn.Parameter(torch.randn(20, 1))


def ranks():
    x = torch.randn(30, 6)
    worth, scores = x[:, 0] + x[:, 1] ** 2, ranker(x)
    better = worth[:, None] > worth[None]
    return -nn.functional.logsigmoid(scores - scores.detach().T)[better].mean()


def pinball():
    levels, samples = torch.linspace(0.02, 0.98, 24)[:, None], torch.randn(1, 24)
    error = samples - quantiles(levels)
    return torch.maximum(levels * error, (levels - 1) * error).mean()


def apart():
    kernel = torch.exp(-((particles - particles.detach().T) ** 2))
    return kernel.mean() + 0.5 * particles.square().mean()


train(ranker.parameters(), ranks, "ranks")
train(quantiles.parameters(), pinball, "quantiles")
train([particles], apart, "particles")
