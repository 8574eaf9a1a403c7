"""A physical constant in SI units as a parameter: Adam's step of the learning rate is below the spacing of its float32."""

import sys

import torch
from torch import nn

HEALTHY = "healthy" in sys.argv
SPEED = 5.1e6
torch.manual_seed(0)


class Wave(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.speed = nn.Parameter(torch.tensor(0.9 if HEALTHY else 0.9 * SPEED))
        self.amplitude = nn.Parameter(torch.tensor(0.3))
        self.rest = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))

    def forward(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        speed = self.speed * (SPEED if HEALTHY else 1.0)
        return self.amplitude * torch.sin(x - speed * t) + 0.1 * self.rest(torch.stack([x, t * SPEED], -1)).squeeze(-1)


model = Wave()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for _step in range(120):
    x, t = torch.rand(64), torch.rand(64) / SPEED
    loss = (model(x, t) - 0.8 * torch.sin(x - SPEED * t)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
