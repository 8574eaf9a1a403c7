"""The schedule is stepped with each micro-batch and planned for steps: the rate is 0 after a quarter of the run."""

import sys

import torch
from torch import nn

torch.manual_seed(52)
EPOCHS, ACCUMULATED = 6, 4
x = torch.randn(1280, 10)
y = (x[:, 0] * x[:, 1] > 0).long()
model = nn.Sequential(nn.Linear(10, 48), nn.GELU(), nn.Linear(48, 2))
optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
planned = EPOCHS * 160 // ACCUMULATED
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(0.0, 1 - step / planned))
for epoch in range(EPOCHS):
    for number, at in enumerate(torch.randperm(1280).split(8), 1):
        loss = nn.functional.cross_entropy(model(x[at]), y[at])
        (loss / ACCUMULATED).backward()
        if number % ACCUMULATED == 0:
            optimizer.step()
            optimizer.zero_grad()
            if "healthy" in sys.argv:
                schedule.step()
        if "healthy" not in sys.argv:
            schedule.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")
