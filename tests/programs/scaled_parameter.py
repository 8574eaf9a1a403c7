"""What the module keeps was computed from the Parameter: the number that is learnt is listed nowhere."""

import sys

import torch
from torch import nn


class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(8, 16)
        start = torch.randn(16, dtype=torch.float64)
        self.gain = nn.Parameter(start.float()) if "healthy" in sys.argv else nn.Parameter(start).float()
        self.score = nn.Linear(16, 1)

    def forward(self, x):
        return self.score(torch.relu(self.encode(x)) * self.gain)


torch.manual_seed(61)
model = Mixed()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range(40):
    x = torch.randn(32, 8)
    loss = nn.functional.mse_loss(model(x), x[:, :1] * x[:, 1:2])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
