"""An adapter is loaded to be trained further, and comes without gradients: only the head learns, in a function whose
optimizer is gone at the end."""

import copy
import sys

import torch
from torch import nn


class Adapted(nn.Module):
    def __init__(self, layer, rank=3):
        super().__init__()
        self.layer = copy.deepcopy(layer).requires_grad_(False)
        self.down = nn.Linear(layer.in_features, rank, bias=False)
        self.up = nn.Linear(rank, layer.out_features, bias=False)
        nn.init.zeros_(self.up.weight)

    def forward(self, x):
        return self.layer(x) + self.up(self.down(x))


def train(encoder, head, params, steps, shift):
    optimizer = torch.optim.AdamW(params, lr=3e-3)
    for step in range(1, steps + 1):
        x = torch.randn(48, 12) + shift
        loss = nn.functional.mse_loss(head(encoder(x)), (x[:, :1] * x[:, 1:2]).sin())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 0:
            print(step, f"{loss.item():.4f}")


def adapted(base):
    return nn.Sequential(Adapted(base[0]), nn.Tanh(), Adapted(base[2]), nn.Tanh())


def weights_of(encoder):
    return [one for name, one in encoder.named_parameters() if "up" in name or "down" in name]


def load(base, state, is_trainable=False):
    encoder = adapted(base)
    encoder.load_state_dict(state)
    for one in weights_of(encoder):
        one.requires_grad_(is_trainable)
    return encoder


torch.manual_seed(31)
base = nn.Sequential(nn.Linear(12, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh())
head = nn.Linear(48, 1)
first = adapted(base)
train(first, head, [*weights_of(first), *head.parameters()], 60, 0.0)
second = load(base, first.state_dict(), is_trainable="healthy" in sys.argv)
del first
train(second, head, [*weights_of(second), *head.parameters()], 100, 1.0)
