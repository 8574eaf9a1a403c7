"""The slowly moving teacher whose answers are wanted is the student itself: nobody copied it."""

import copy
import sys

import torch
from torch import nn

torch.manual_seed(67)
student = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4))
teacher = copy.deepcopy(student) if "healthy" in sys.argv else student
optimizer = torch.optim.SGD(student.parameters(), lr=0.05, momentum=0.9)
for step in range(120):
    x = torch.randn(64, 10)
    labelled, free = x[:16], x[16:]
    with torch.no_grad():
        wanted = teacher(free).softmax(1)
    consistency = nn.functional.mse_loss(student(free).softmax(1), wanted)
    loss = nn.functional.cross_entropy(student(labelled), labelled[:, :4].argmax(1)) + min(1.0, step / 40) * consistency
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for old, new in zip(teacher.parameters(), student.parameters(), strict=True):
            old.lerp_(new, 0.01)
