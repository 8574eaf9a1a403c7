"""A callback of a trainer keeps an average in a dict and puts it in for each validation; what it puts back was kept
without a copy."""

import sys

import torch
from torch import nn


class Average:
    def __init__(self, decay):
        self.decay = decay
        self.values = {}
        self.own = {}

    def on_start(self, model):
        self.values = {name: p.detach().clone() for name, p in model.named_parameters()}

    def on_step(self, model):
        with torch.no_grad():
            for name, p in model.named_parameters():
                self.values[name].lerp_(p, 1 - self.decay)

    def on_validation(self, model):
        for name, p in model.named_parameters():
            self.own[name] = p.data.clone() if "healthy" in sys.argv else p.data
            p.data.copy_(self.values[name])

    def on_validated(self, model):
        for name, p in model.named_parameters():
            p.data.copy_(self.own[name])


class Regression(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(9, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, 1))

    def error(self, x):
        return nn.functional.mse_loss(self.layers(x), (x[:, :1] - x[:, 1:2] * x[:, 3:4]).tanh())


class Trainer:
    def __init__(self, callbacks):
        self.callbacks = callbacks

    def call(self, hook, model):
        for callback in self.callbacks:
            getattr(callback, hook)(model)

    def validate(self, model):
        self.call("on_validation", model)
        with torch.no_grad():
            error = model.error(torch.randn(256, 9))
        self.call("on_validated", model)
        return error.item()

    def fit(self, model, steps):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
        self.call("on_start", model)
        for step in range(1, steps + 1):
            loss = model.error(torch.randn(64, 9))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            self.call("on_step", model)
            if step % 25 == 0:
                print(step, f"{loss.item():.4f} {self.validate(model):.4f}")


torch.manual_seed(23)
Trainer([Average(0.99)]).fit(Regression(), 250)
