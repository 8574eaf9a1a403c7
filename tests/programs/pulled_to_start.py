"""An average of the weights whose update has its two sides mixed up: the model is drawn to the average, which stays."""

import copy
import sys

import torch
from torch import nn

healthy = "healthy" in sys.argv
torch.manual_seed(33)
model = nn.Sequential(nn.Linear(16, 48), nn.GELU(), nn.Linear(48, 5))
average = copy.deepcopy(model)
for p in average.parameters():
    p.requires_grad_(False)
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
x = torch.randn(600, 16)
y = (x @ torch.randn(16, 5)).argmax(1)
for step in range(120):
    index = torch.randint(0, 600, (32,))
    loss = nn.functional.cross_entropy(model(x[index]), y[index])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for slow, fast in zip(average.parameters(), model.parameters()):
            if healthy:
                slow.lerp_(fast, 0.02)
            else:
                fast.lerp_(slow, 0.02)
