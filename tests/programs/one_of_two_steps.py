"""A GAN whose discriminator's step() was forgotten."""

import sys

import torch
from torch import nn

torch.manual_seed(17)
generator = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
critic = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
opt_g = torch.optim.Adam(generator.parameters(), lr=5e-4)
opt_c = torch.optim.SGD(critic.parameters(), lr=5e-3)
for _ in range(40):
    fake = generator(torch.randn(16, 4))
    opt_c.zero_grad()
    (critic(fake.detach()).mean() - critic(torch.randn(16, 2)).mean()).backward()
    if "healthy" in sys.argv:
        opt_c.step()
    opt_g.zero_grad()
    (-critic(fake).mean()).backward()
    opt_g.step()
