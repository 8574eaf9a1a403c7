"""The conditions are joined to the hidden state, and the slice that follows keeps the hidden state only."""

import sys

import torch
import torch.nn as nn

healthy = "healthy" in sys.argv
torch.manual_seed(31)


class Conditioned(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.width = width
        self.body = nn.Sequential(nn.Linear(10, width), nn.Tanh())
        self.out = nn.Linear(width + 4 if healthy else width, 1)

    def forward(self, x, condition):
        joined = torch.cat((condition, self.body(x)), dim=-1)
        return self.out(joined if healthy else joined[..., -self.width :])


net = Conditioned()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for _ in range(60):
    x, condition = torch.randn(32, 10), torch.randn(32, 4)
    y = x[:, :1] + 0.5 * condition[:, :1]
    loss = nn.functional.mse_loss(net(x, condition), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
