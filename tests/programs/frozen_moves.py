"""The backbone is frozen after training began; stale gradients and momentum still move it."""

import sys

import torch
from torch import nn

torch.manual_seed(25)
backbone, head = nn.Sequential(nn.Linear(6, 24), nn.ReLU()), nn.Linear(24, 2)
optimizer = torch.optim.SGD([*backbone.parameters(), *head.parameters()], lr=0.01, momentum=0.9)
healthy = "healthy" in sys.argv
for step in range(60):
    if step == 20:
        for parameter in backbone.parameters():
            parameter.requires_grad = False
            if healthy:
                parameter.grad = None
    x = torch.randn(16, 6)
    loss = nn.functional.cross_entropy(head(backbone(x)), (x[:, 0] > 0).long())
    optimizer.zero_grad(set_to_none=healthy)
    loss.backward()
    optimizer.step()
