"""Steps by hand that put new tensors in the place of the old ones, but for the first layer."""

import sys

import torch

torch.manual_seed(71)
weights = {"w1": torch.randn(5, 24) * 0.4, "b1": torch.zeros(24), "w2": torch.randn(24, 1) * 0.2, "b2": torch.zeros(1)}
for value in weights.values():
    value.requires_grad_()
trained = list(weights) if "healthy" in sys.argv else ["w2", "b2"]
for step in range(50):
    x = torch.randn(40, 5)
    hidden = (x @ weights["w1"] + weights["b1"]).tanh()
    loss = (hidden @ weights["w2"] + weights["b2"] - x[:, :1] * x[:, 1:2]).pow(2).mean()
    for value in weights.values():
        value.grad = None
    loss.backward()
    for name in trained:
        weights[name] = (weights[name] - 0.05 * weights[name].grad).detach().requires_grad_()
