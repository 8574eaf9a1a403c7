"""A schedule with a function for each group, of which one counts epochs where it is stepped once a batch."""

import sys

import torch
from torch import nn

torch.manual_seed(97)
encoder = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU())
head = nn.Linear(16, 3)
opt = torch.optim.Adam([{"params": encoder.parameters(), "lr": 1e-4}, {"params": head.parameters()}], 1e-3)
total = 1000 if "healthy" in sys.argv else 10
schedule = torch.optim.lr_scheduler.LambdaLR(opt, [lambda n: max(0.0, 1 - n / total), lambda n: max(0.0, 1 - n / 1000)])
for _ in range(120):
    x = torch.randn(32, 10)
    loss = nn.functional.cross_entropy(head(encoder(x)), (x[:, 0] > 0).long() + (x[:, 1] > 0).long())
    opt.zero_grad()
    loss.backward()
    opt.step()
    schedule.step()
print(loss.item())
