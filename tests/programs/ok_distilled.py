"""A frozen teacher in eval mode, and a momentum teacher in train mode, run without gradients at each step."""

import copy

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(21)
build = lambda w: nn.Sequential(nn.Linear(8, w), nn.BatchNorm1d(w), nn.ReLU(), nn.Dropout(0.1), nn.Linear(w, 4))
teacher, student = build(64).eval(), build(16)
average = copy.deepcopy(student)
optimizer = torch.optim.AdamW(student.parameters(), lr=1e-3)
for step in range(60):
    x = torch.randn(32, 8)
    with torch.no_grad():
        target, smooth = teacher(x), average(x)
    out = student(x)
    loss = F.kl_div(F.log_softmax(out / 2, 1), F.softmax(target / 2, 1), reduction="batchmean") + F.mse_loss(
        out, smooth
    )
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for slow, fast in zip(average.parameters(), student.parameters()):
            slow.lerp_(fast, 0.01)
