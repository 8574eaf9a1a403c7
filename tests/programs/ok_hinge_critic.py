"""Hinge losses of a critic with spectral norm: while no sample keeps its margin, the last bias has no gradient."""

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

torch.manual_seed(34)
generator = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
critic = nn.Sequential(spectral_norm(nn.Linear(2, 32)), nn.LeakyReLU(0.2), spectral_norm(nn.Linear(32, 1)))
of_generator = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.0, 0.9))
of_critic = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.0, 0.9))
for step in range(150):
    real, fake = 0.3 * torch.randn(64, 2) + 0.2, generator(torch.randn(64, 4))
    loss = torch.relu(1 - critic(real)).mean() + torch.relu(1 + critic(fake.detach())).mean()
    of_critic.zero_grad()
    loss.backward()
    of_critic.step()
    game = -critic(generator(torch.randn(64, 4))).mean()
    of_generator.zero_grad()
    game.backward()
    of_generator.step()
    if step % 50 == 0:
        print(step, loss.item(), game.item())
