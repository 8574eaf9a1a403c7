"""A GAN: two models, two optimizers, several critic steps a generator step, weight clipping."""

import torch
from torch import nn

torch.manual_seed(20)
generator = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
critic = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
opt_g = torch.optim.RMSprop(generator.parameters(), lr=5e-4)
opt_c = torch.optim.RMSprop(critic.parameters(), lr=5e-4)
for _ in range(40):
    for _ in range(3):
        real, fake = torch.randn(16, 2) + 1, generator(torch.randn(16, 4)).detach()
        loss = critic(fake).mean() - critic(real).mean()
        opt_c.zero_grad()
        loss.backward()
        opt_c.step()
        for parameter in critic.parameters():
            parameter.data.clamp_(-0.1, 0.1)
    loss = -critic(generator(torch.randn(16, 4))).mean()
    opt_g.zero_grad()
    loss.backward()
    opt_g.step()
