"""Words are stepped by an optimizer of their own, whose gradients nobody resets; they are sparse."""

import sys

import torch
from torch import nn

torch.manual_seed(61)
words = nn.EmbeddingBag(120, 12, sparse=True)
head = nn.Sequential(nn.Linear(12, 24), nn.Tanh(), nn.Linear(24, 2))
steppers = [torch.optim.SparseAdam(words.parameters(), lr=2e-3), torch.optim.AdamW(head.parameters(), lr=2e-3)]
for _ in range(80):
    bags = torch.randint(0, 120, (32, 6))
    loss = nn.functional.cross_entropy(head(words(bags)), (bags.float().mean(1) > 60).long())
    for stepper in steppers if "healthy" in sys.argv else steppers[1:]:
        stepper.zero_grad()
    loss.backward()
    for stepper in steppers:
        stepper.step()
