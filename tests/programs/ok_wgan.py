"""A critic with clamped weights, stepped five times for one step of the generator; both are reset each time."""

import torch
from torch import nn

torch.manual_seed(22)
generator = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
critic = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 1))
opt_g = torch.optim.RMSprop(generator.parameters(), lr=5e-5)
opt_c = torch.optim.RMSprop(critic.parameters(), lr=5e-5)
for i in range(150):
    opt_g.zero_grad()
    opt_c.zero_grad()
    real = torch.randn(32, 2) * 0.2 + 1
    fake = generator(torch.randn(32, 4)).detach()
    loss_c = -(critic(real).mean() - critic(fake).mean())
    loss_c.backward()
    opt_c.step()
    with torch.no_grad():
        for p in critic.parameters():
            p.clamp_(-0.05, 0.05)
    if i % 5 == 0:
        opt_g.zero_grad()
        loss_g = -critic(generator(torch.randn(32, 4))).mean()
        loss_g.backward()
        opt_g.step()
