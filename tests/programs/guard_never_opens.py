"""Updates are refused while the loss is far above its mean, and the mean is of accepted ones only: when the data turn
harder, all are refused from then on. Only the schedule goes on."""

import sys

import torch
from torch import nn

torch.manual_seed(52)
net = nn.Sequential(nn.Linear(8, 48), nn.ReLU(), nn.Linear(48, 1))
optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / 400)
mean = None
for step in range(1, 361):
    x = torch.randn(64, 8)
    noise = 0.1 if step <= 120 else 0.6
    loss = nn.functional.mse_loss(net(x), (x[:, :1] + x[:, 1:2]).tanh() + noise * torch.randn(64, 1))
    fits = mean is None or step <= 30 or loss.item() <= 2 * mean
    if fits:
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if fits or "healthy" in sys.argv:
        mean = loss.item() if mean is None else 0.9 * mean + 0.1 * loss.item()
    schedule.step()
    if step % 60 == 0:
        print(step, f"{loss.item():.4f}")
