"""A Gaussian process without forward(): its noise goes into the covariance as a plain number, and has no gradient."""

import sys

import torch
from torch import nn


class Process(nn.Module):
    def __init__(self):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(0.0))
        self.log_length = nn.Parameter(torch.tensor(0.5))
        self.log_noise = nn.Parameter(torch.tensor(-1.0))

    def noise(self):
        return self.log_noise.exp().item()

    def factor(self, t):
        gaps = (t[:, None] - t[None]) / self.log_length.exp()
        covariance = self.log_scale.exp() * torch.exp(-0.5 * gaps**2)
        return torch.linalg.cholesky(covariance + (self.noise() + 1e-4) * torch.eye(len(t)))

    def loss(self, t, y):
        factor = self.factor(t)
        return (0.5 * y @ torch.cholesky_solve(y[:, None], factor).squeeze(1) + factor.diagonal().log().sum()) / len(t)

    @torch.no_grad()
    def spread(self):
        return self.log_scale.exp() + self.log_noise.exp()


class Fitted(Process):
    def noise(self):
        return self.log_noise.exp()


torch.manual_seed(59)
t = torch.linspace(0, 6, 40)
y = torch.sin(2 * t) + 0.2 * torch.randn(40)
process = Fitted() if "healthy" in sys.argv else Process()
optimizer = torch.optim.Adam(process.parameters(), lr=0.03)
for _ in range(60):
    optimizer.zero_grad()
    process.loss(t, y).backward()
    optimizer.step()
print(process.spread())
