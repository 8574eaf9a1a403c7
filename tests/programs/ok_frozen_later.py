"""Deliberate phases without declaring them: the body is frozen after the second of five epochs, and validated each."""

import torch
from torch import nn

torch.manual_seed(36)
body, head = nn.Sequential(nn.Linear(10, 20), nn.ReLU()), nn.Linear(20, 2)
model = nn.Sequential(body, head)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
x = torch.randn(500, 10)
y = (x[:, 0] * x[:, 1] > 0).long()
for epoch in range(5):
    if epoch == 2:
        body.requires_grad_(False)
    for at in range(0, 400, 20):
        loss = nn.functional.cross_entropy(model(x[at : at + 20]), y[at : at + 20])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        print(epoch, (model(x[400:]).argmax(1) == y[400:]).float().mean().item())
