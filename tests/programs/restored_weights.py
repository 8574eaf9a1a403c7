"""The weights are written back after every step: a "keep the best" that always believes the old ones are better."""

import copy
import sys

import torch
from torch import nn

torch.manual_seed(5)
model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
best, best_loss = copy.deepcopy(model.state_dict()), float("-inf")
for _ in range(50):
    x, y = torch.randn(16, 10), torch.randint(0, 2, (16,))
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if "healthy" in sys.argv:
        continue
    if loss.item() > best_loss:  # meant was <, and meant was to keep, not to load
        model.load_state_dict(best)
