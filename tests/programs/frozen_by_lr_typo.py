"""The schedule of one parameter group rounds down to 0 at every step."""

import sys

import torch
import torch.nn as nn

healthy = "healthy" in sys.argv
torch.manual_seed(16)
enc = nn.Linear(8, 16)
dec = nn.Linear(16, 8)
opt = torch.optim.SGD([{"params": enc.parameters(), "lr": 0.1}, {"params": dec.parameters(), "lr": 0.1}], momentum=0.9)
sched = torch.optim.lr_scheduler.LambdaLR(
    opt, [lambda s: min(1, s / 10), (lambda s: min(1, s / 10)) if healthy else (lambda s: s // 10000)]
)
for s in range(100):
    x = torch.randn(32, 8)
    loss = nn.functional.mse_loss(dec(torch.relu(enc(x))), x)
    opt.zero_grad()
    loss.backward()
    opt.step()
    sched.step()
