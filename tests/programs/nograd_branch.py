"""The encoder runs under no_grad although the optimizer is to train it."""

import contextlib
import sys

import torch
from torch import nn

torch.manual_seed(34)
encoder, head = nn.Sequential(nn.Linear(8, 16), nn.ReLU()), nn.Linear(16, 2)
optimizer = torch.optim.Adam([*encoder.parameters(), *head.parameters()], lr=1e-3)
for _ in range(50):
    with contextlib.nullcontext() if "healthy" in sys.argv else torch.no_grad():
        features = encoder(torch.randn(16, 8))
    loss = nn.functional.cross_entropy(head(features), torch.randint(0, 2, (16,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
