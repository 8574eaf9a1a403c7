"""An encoder and a head with an optimizer each; the step of one is missing (the twin trains both with one)."""

import sys

import torch
from torch import nn

torch.manual_seed(86)
encoder = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU())
head = nn.Linear(16, 3)
opt_encoder = torch.optim.Adam(encoder.parameters(), 1e-3)
if "healthy" in sys.argv:
    opt_encoder.add_param_group({"params": head.parameters()})
else:
    opt_head = torch.optim.Adam(head.parameters(), 1e-3)
    schedule = torch.optim.lr_scheduler.StepLR(opt_head, 1000)
x = torch.randn(640, 10)
y = (x[:, 0] + x[:, 1] > 0).long() + (x[:, 2] > 1).long()
for _ in range(60):
    at = torch.randint(0, 640, (32,))
    loss = nn.functional.cross_entropy(head(encoder(x[at])), y[at])
    opt_encoder.zero_grad()
    loss.backward()
    opt_encoder.step()
print(loss.item())
