"""A student taught by kl_div, which is given its probabilities instead of their logarithms."""

import sys

import torch
from torch import nn
from torch.nn import functional

torch.manual_seed(44)
teacher = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4)).requires_grad_(False)
student = nn.Sequential(nn.Linear(10, 12), nn.ReLU(), nn.Linear(12, 4))
optimizer = torch.optim.Adam(student.parameters(), lr=3e-3)
for _ in range(60):
    x = torch.randn(32, 10)
    scores = student(x) / 2.0
    given = functional.log_softmax(scores, -1) if "healthy" in sys.argv else scores.softmax(-1)
    loss = functional.kl_div(given, functional.softmax(teacher(x) / 2.0, -1), reduction="batchmean") * 4.0
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
