"""SGLD: noise added to the weights after each step."""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.linspace(-3, 3, 256).unsqueeze(1)
y = torch.sin(2 * x) + 0.1 * torch.randn_like(x)
net = nn.Sequential(nn.Linear(1, 50), nn.Tanh(), nn.Linear(50, 50), nn.Tanh(), nn.Linear(50, 1))
lr = 1e-3
opt = torch.optim.SGD(net.parameters(), lr=lr)
samples = []
for it in range(120):
    opt.zero_grad()
    loss = 0.5 * ((net(x) - y) ** 2).mean() * 20
    loss.backward()
    opt.step()
    with torch.no_grad():
        for p in net.parameters():
            p.add_(torch.randn_like(p) * (2 * lr * 0.1) ** 0.5)
    if it > 60 and it % 20 == 0:
        samples.append(net(x).detach())
    if it % 50 == 0:
        print(f"iter {it} loss {loss.item():.4f}")
print("std", torch.stack(samples).std(0).mean().item())
