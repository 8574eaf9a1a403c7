"""Every weight begins as the same number: all units of a layer are one unit, for good."""

import sys

import torch
from torch import nn

torch.manual_seed(41)


def init_weights(module):
    if isinstance(module, nn.Linear):
        if "healthy" not in sys.argv:
            nn.init.constant_(module.weight, 0.1)
        nn.init.zeros_(module.bias)


net = nn.Sequential(nn.Linear(16, 32), nn.Tanh(), nn.Linear(32, 24), nn.Tanh(), nn.Linear(24, 4)).apply(init_weights)
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
centres = 2 * torch.randn(4, 16)
for step in range(120):
    labels = torch.randint(4, (64,))
    inputs = centres[labels] + torch.randn(64, 16)
    loss = nn.functional.cross_entropy(net(inputs), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.4f}")
