"""A function with a backward of its own, which returns no gradient for the weight."""

import sys

import torch
from torch import nn


class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(x, weight)
        return x @ weight.t()

    @staticmethod
    def backward(ctx, given):
        x, weight = ctx.saved_tensors
        return given @ weight, given.t() @ x if "healthy" in sys.argv else None


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(16, 12) * 0.3)

    def forward(self, x):
        return Product.apply(x, self.weight)


torch.manual_seed(92)
model = nn.Sequential(nn.Linear(10, 12), nn.ReLU(), Layer(), nn.ReLU(), nn.Linear(16, 3))
opt = torch.optim.Adam(model.parameters(), 1e-3)
for _ in range(60):
    x = torch.randn(32, 10)
    loss = nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long() + (x[:, 1] > 0).long())
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
