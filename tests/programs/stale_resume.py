"""Each epoch resumes from a file that is written once, before training."""

import io
import sys

import torch
from torch import nn

torch.manual_seed(54)
model = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
file = io.BytesIO()
torch.save(model.state_dict(), file)
for epoch in range(6):
    file.seek(0)
    model.load_state_dict(torch.load(file))
    for _ in range(20):
        x = torch.randn(32, 4)
        loss = nn.functional.mse_loss(model(x), x.prod(1, keepdim=True))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if "healthy" in sys.argv:
        file = io.BytesIO()
        torch.save(model.state_dict(), file)
