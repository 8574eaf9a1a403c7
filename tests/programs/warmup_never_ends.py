"""The length of the warm-up is given in samples, the schedule is stepped in batches."""

import sys

import torch
import torch.nn as nn

healthy = "healthy" in sys.argv
torch.manual_seed(17)
net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
opt = torch.optim.AdamW(net.parameters(), lr=1e-3)
warm = 20 if healthy else 10**7
sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min(1.0, (s + 1) / warm))
for s in range(200):
    x = torch.randn(32, 8)
    loss = nn.functional.cross_entropy(net(x), (x[:, 0] > 0).long())
    opt.zero_grad()
    loss.backward()
    opt.step()
    sched.step()
    if s % 20 == 0:
        print(f"step={s} loss={loss.item():.4f} lr={sched.get_last_lr()[0]:.2e}")
