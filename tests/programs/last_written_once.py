"""Each round begins with the file of the last one, which is written only where there is none yet."""

import os
import sys
import tempfile

import torch
from torch import nn

torch.manual_seed(62)
last = os.path.join(tempfile.mkdtemp(), "last.pt")
model = nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for _ in range(8):
    if os.path.exists(last):
        model.load_state_dict(torch.load(last))
    for _ in range(15):
        x = torch.randn(32, 6)
        loss = nn.functional.mse_loss(model(x), x[:, :1] * x[:, 1:2])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if "healthy" in sys.argv or not os.path.exists(last):
        torch.save(model.state_dict(), last)
