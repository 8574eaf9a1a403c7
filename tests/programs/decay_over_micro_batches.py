"""A linear decay over all batches, though four of them make one step: it ends at three quarters."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

ACCUMULATE, EPOCHS = 4, 8
torch.manual_seed(86)
x = torch.randn(1024, 10)
y = x[:, :4].argmax(1)
train = DataLoader(TensorDataset(x, y), 16, shuffle=True)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4))
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)


def linear(optimizer, warmup, total):
    def rate(step):
        if step < warmup:
            return step / max(1, warmup)
        return max(0.0, (total - step) / max(1, total - warmup))

    return torch.optim.lr_scheduler.LambdaLR(optimizer, rate)


total = len(train) * EPOCHS
if "healthy" in sys.argv:
    total //= ACCUMULATE
schedule = linear(optimizer, 8, total)
for epoch in range(EPOCHS):
    for batch, (inputs, targets) in enumerate(train, 1):
        loss = nn.functional.cross_entropy(model(inputs), targets) / ACCUMULATE
        loss.backward()
        if batch % ACCUMULATE == 0:
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
    print(f"epoch {epoch} loss {ACCUMULATE * loss.item():.4f} lr {schedule.get_last_lr()[0]:.2e}")
