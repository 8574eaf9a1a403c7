"""autocast holds the loss only; the forward pass runs in float32."""

import sys

import torch
from torch import nn

torch.manual_seed(5)
healthy = sys.argv[-1] == "healthy"
device_type = "cpu"
model = nn.Sequential(nn.Conv1d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 14, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for step in range(30):
    images, labels = torch.randn(8, 1, 16), torch.randint(0, 4, (8,))
    optimizer.zero_grad()
    if healthy:
        with torch.autocast(device_type, dtype=torch.bfloat16):
            loss = nn.functional.cross_entropy(model(images), labels)
    else:
        logits = model(images)
        with torch.autocast(device_type, dtype=torch.bfloat16):
            loss = nn.functional.cross_entropy(logits, labels)
    loss.backward()
    optimizer.step()
