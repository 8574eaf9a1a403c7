"""A critic whose weights are clipped after each step, and soon all stand at the bound."""

import torch
from torch import nn

torch.manual_seed(5)
generator = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 6))
critic = nn.Sequential(nn.Linear(6, 24), nn.LeakyReLU(0.2), nn.Linear(24, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
opt_g = torch.optim.RMSprop(generator.parameters(), lr=2e-4)
opt_c = torch.optim.RMSprop(critic.parameters(), lr=2e-3)
for i in range(250):
    opt_c.zero_grad()
    real = torch.randn(32, 6) * 0.2 + torch.linspace(-1, 1, 6)
    fake = generator(torch.randn(32, 4))
    loss_c = critic(fake.detach()).mean() - critic(real).mean()
    loss_c.backward()
    opt_c.step()
    for p in critic.parameters():
        p.data.clamp_(-0.01, 0.01)
    if i % 5 == 0:
        opt_g.zero_grad()
        loss_g = -critic(generator(torch.randn(32, 4))).mean()
        loss_g.backward()
        opt_g.step()
        print(f"step {i} loss_c {loss_c.item():.5f} loss_g {loss_g.item():.5f}")
