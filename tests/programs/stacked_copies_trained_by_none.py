"""The members of an ensemble are stacked into copies; the optimizer holds the members and the stem before them."""

import sys

import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap

torch.manual_seed(33)
stem = nn.Sequential(nn.Linear(5, 24), nn.Tanh())
members = [nn.Sequential(nn.Linear(24, 16), nn.Tanh(), nn.Linear(16, 1)) for _ in range(6)]
weights, buffers = stack_module_state(members)
shape = nn.Sequential(nn.Linear(24, 16), nn.Tanh(), nn.Linear(16, 1)).to("meta")
trained = list(weights.values()) if "healthy" in sys.argv else [p for one in members for p in one.parameters()]
optimizer = torch.optim.Adam([*stem.parameters(), *trained], lr=3e-3)


def committee(x):
    hidden = stem(x)
    return vmap(lambda w, b: functional_call(shape, (w, b), (hidden,)))(weights, buffers)


for step in range(1, 121):
    x = torch.randn(64, 5)
    y = (x[:, :1] * x[:, 1:2]).tanh()
    answers = committee(x)
    loss = (answers - y.expand_as(answers)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 30 == 0:
        print(step, f"{loss.item():.4f}")
