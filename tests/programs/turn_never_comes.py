"""A generator takes its turn at every sixth batch of an epoch that has five; its critic trains alone."""

import sys

import torch
from torch import nn

torch.manual_seed(17)
maker = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
critic = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
of_maker = torch.optim.Adam(maker.parameters(), 1e-3)
of_critic = torch.optim.Adam(critic.parameters(), 1e-3)
every = 5 if "healthy" in sys.argv else 6
real = torch.randn(320, 2) @ torch.tensor([[1.0, 0.4], [0.0, 0.5]]) + 1
for epoch in range(40):
    for number, rows in enumerate(real[torch.randperm(320)].split(64), 1):
        with torch.no_grad():
            made = maker(torch.randn(64, 4))
        loss = (1 - critic(rows)).relu().mean() + (1 + critic(made)).relu().mean()
        of_critic.zero_grad()
        loss.backward()
        of_critic.step()
        if number % every == 0:
            of_maker.zero_grad()
            (-critic(maker(torch.randn(64, 4))).mean()).backward()
            of_maker.step()
    if epoch % 10 == 9:
        print(f"epoch {epoch} critic {loss.item():.3f} made mean {made.mean(0).tolist()}")
