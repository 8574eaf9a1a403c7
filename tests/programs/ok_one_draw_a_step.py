"""A Bayesian line fitted by its lower bound: each step draws one normal number, and nothing else is random."""

import torch
from torch import nn

torch.manual_seed(5)
x = torch.linspace(-1, 1, 200)
y = 2.5 * x + 0.3 * torch.randn(200)
mean, log_scale = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.full((1,), -2.0))
optimizer = torch.optim.Adam([mean, log_scale], lr=0.03)
for step in range(160):
    slope = mean + log_scale.exp() * torch.randn(1)
    misfit = 0.5 * ((y - slope * x) / 0.3).square().sum()
    prior = 0.5 * (mean.square() + (2 * log_scale).exp()) - log_scale
    loss = (misfit + prior).squeeze()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.3f} slope {mean.item():.3f}")
