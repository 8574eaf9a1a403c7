"""Density ratio by a classifier of data against noise, two backward passes a step."""

import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
bce = nn.BCEWithLogitsLoss()
for step in range(80):
    data = torch.randn(64, 2) @ torch.tensor([[1.0, 0.5], [0.0, 0.7]])
    noise = 2 * torch.randn(64, 2)
    opt.zero_grad()
    lp = bce(net(data), torch.ones(64, 1))
    lp.backward()
    ln = bce(net(noise), torch.zeros(64, 1))
    ln.backward()
    opt.step()
    if step % 20 == 0:
        print(f"step {step} loss {(lp + ln).item():.4f}")
