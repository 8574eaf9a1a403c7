"""accelerate with gradient accumulation, clipping and bf16; with `unprepared` a head is added after prepare()."""

import sys

import torch
from accelerate import Accelerator
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(2)
accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2, mixed_precision="bf16")
model = nn.Sequential(nn.Linear(12, 32), nn.GELU(), nn.Linear(32, 2))
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
x = torch.randn(960, 12)
loader = DataLoader(TensorDataset(x, (x[:, 0] > x[:, 1]).long()), 16, shuffle=True)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 60)
model, optimizer, loader, schedule = accelerator.prepare(model, optimizer, loader, schedule)
if "unprepared" in sys.argv:
    model[2] = nn.Linear(32, 2)
for _ in range(2):
    model.train()
    for features, labels in loader:
        with accelerator.accumulate(model), accelerator.autocast():
            loss = nn.functional.cross_entropy(model(features), labels)
            accelerator.backward(loss)
            if accelerator.sync_gradients:
                accelerator.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
