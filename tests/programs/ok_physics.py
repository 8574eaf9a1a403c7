"""A differential equation solved by a network: gradients at the points themselves, and two fixed points at the ends."""

import torch
from torch import nn

torch.manual_seed(51)
net = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
ends = torch.tensor([[0.0], [2.0]])
for _ in range(120):
    t = (2 * torch.rand(48, 1)).requires_grad_()
    u = net(t)
    (speed,) = torch.autograd.grad(u, t, torch.ones_like(u), create_graph=True)
    loss = (speed + u).square().mean() + (net(ends) - torch.exp(-ends)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
