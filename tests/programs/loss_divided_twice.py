"""A mean over pixels that is divided by their number once more; plain SGD under a polynomial schedule."""

import sys

import torch
from torch import nn

STEPS = 80
torch.manual_seed(5)
net = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 3, padding=1))
optimizer = torch.optim.SGD(net.parameters(), lr=1e-2 if "healthy" in sys.argv else 1e-3, momentum=0.9)
schedule = torch.optim.lr_scheduler.PolynomialLR(optimizer, 2 * STEPS, power=0.9)


def criterion(logits, masks):
    loss = nn.functional.binary_cross_entropy_with_logits(logits, masks)
    return loss if "healthy" in sys.argv else loss / masks.numel()


for step in range(STEPS):
    masks = (torch.rand(8, 1, 32, 32) > 0.7).float()
    loss = criterion(net(masks + 0.3 * torch.randn_like(masks)), masks)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.3e}")
