"""A one-dimensional generator trained by MMD against data."""

import torch
from torch import nn

torch.manual_seed(0)
gen = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.Adam(gen.parameters(), lr=1e-3)


def kernel(a, b):
    return sum(torch.exp(-((a - b.t()) ** 2) / (2 * s**2)) for s in (0.2, 1.0, 3.0)).mean()


for step in range(40):
    real = torch.cat([torch.randn(32, 1) * 0.3 - 2, torch.randn(32, 1) * 0.3 + 2])
    fake = gen(torch.randn(64, 4))
    loss = kernel(fake, fake) - 2 * kernel(fake, real) + kernel(real, real)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 20 == 0:
        print(f"step {step} mmd {loss.item():.4f}")
