"""Cast in mid-run on purpose: to go on in bfloat16 at a rate that it bears, and to be written to a file at the end."""

import io

import torch
from torch import nn

torch.manual_seed(32)
model = nn.Sequential(nn.Linear(16, 64), nn.Tanh(), nn.Linear(64, 1))
optimizer = torch.optim.RMSprop(model.parameters(), lr=2e-3)
for step in range(120):
    if step == 90:
        model.bfloat16()
    x = torch.randn(32, 16)
    said = model(x.to(model[0].weight.dtype)).float()
    loss = nn.functional.mse_loss(said, (x[:, :1] * x[:, 1:2]).sin())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.4f}")
torch.save(model.half().state_dict(), io.BytesIO())
