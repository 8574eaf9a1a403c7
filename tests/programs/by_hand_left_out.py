"""Steps by hand that leave one tensor out."""

import sys

import torch

torch.manual_seed(31)
w1 = torch.randn(6, 20, requires_grad=True)
b1 = torch.zeros(20, requires_grad=True)
w2 = torch.randn(20, 1, requires_grad=True)
trained = [w1, b1, w2] if "healthy" in sys.argv else [w1, b1]
for step in range(60):
    x = torch.randn(32, 6)
    loss = ((x @ w1 + b1).relu() @ w2 - x.sum(1, keepdim=True)).pow(2).mean()
    loss.backward()
    with torch.no_grad():
        for p in trained:
            p -= 1e-4 * p.grad
        for p in [w1, b1, w2]:
            p.grad = None
