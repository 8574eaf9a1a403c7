"""Adapters loaded before the optimizer, and others after it that are given to it as a group of their own."""

import torch
from torch import nn

torch.manual_seed(47)


class Adapted(nn.Module):
    def __init__(self, base):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.adapters = nn.ModuleDict()
        self.active = ""

    def add(self, name, rank=3):
        down, up = nn.Linear(12, rank, bias=False), nn.Linear(rank, 12, bias=False)
        nn.init.zeros_(up.weight)
        self.adapters[name] = nn.Sequential(down, up)
        self.active = name

    def forward(self, x):
        return self.base(x) + self.adapters[self.active](x)


model = nn.Sequential(Adapted(nn.Linear(12, 12)), nn.ReLU(), Adapted(nn.Linear(12, 12)))
for part in (model[0], model[2]):
    part.add("first")
saved = {name: torch.randn_like(value) * 0.1 for name, value in model.state_dict().items() if "first" in name}
model.load_state_dict(saved, strict=False)
optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=3e-3)


def train(steps, shift):
    for _ in range(steps):
        x = torch.randn(32, 12)
        loss = nn.functional.mse_loss(model(x), x.roll(shift, 1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())


train(60, 1)
for part in (model[0], model[2]):
    part.adapters["first"].requires_grad_(False)
    part.add("second")
optimizer.add_param_group({"params": [p for n, p in model.named_parameters() if "second" in n], "lr": 5e-3})
train(60, 2)
