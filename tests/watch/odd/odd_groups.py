"""Parameter groups that torch's own optimizers never have; the word given says which."""

import sys

import torch
from late import noise, train
from torch import nn


class Group(dict):
    def get(self, key, default=None):
        if key == "lr":
            raise KeyError("the schedule computes it")
        return super().get(key, default)


def odd(kind, groups):
    tensors = groups[0]["params"]
    return {
        "tuple": lambda: tuple(groups),
        "text": lambda: [{"params": tensors, "lr": "0.01"}],
        "function": lambda: [{"params": tensors, "lr": lambda: 0.01}],
        "no_tensors": lambda: [*groups, {"name": "settings", "beta": 0.9}],
        "none": lambda: [*groups, {"params": None}],
        "mapping": lambda: [{"params": dict(enumerate(tensors)), "lr": 0.01}],
        "raising": lambda: [Group(params=tensors)],
    }[kind]()


class Plain(torch.optim.Optimizer):
    def __init__(self, params, kind):
        super().__init__(params, {"lr": 0.01})
        self.tensors = self.param_groups[0]["params"]
        self.param_groups = odd(kind, self.param_groups)

    def zero_grad(self):
        for one in self.tensors:
            one.grad = None

    @torch.no_grad()
    def step(self):
        for one in self.tensors:
            one.sub_(one.grad, alpha=0.01)


torch.manual_seed(0)
model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = Plain(model.parameters(), sys.argv[1])
model.append(nn.Linear(1, 1))
train(model, optimizer, noise())
