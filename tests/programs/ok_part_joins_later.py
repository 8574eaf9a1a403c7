"""Gradual training: a second block is given to the optimizer, and is blended in only some thirty steps later."""

import torch
from torch import nn
from torch.nn import functional

torch.manual_seed(75)
stem, block, head = nn.Linear(10, 24), nn.Sequential(nn.Linear(24, 24), nn.ReLU()), nn.Linear(24, 3)
optimizer = torch.optim.Adam([*stem.parameters(), *head.parameters()], lr=2e-3)
for step in range(240):
    if step == 110:
        optimizer.add_param_group({"params": block.parameters(), "lr": 1e-3})
    x = torch.randn(32, 10)
    hidden = stem(x).relu()
    share = min(1.0, max(0.0, (step - 140) / 60))
    if share > 0:
        hidden = (1 - share) * hidden + share * block(hidden)
    loss = functional.cross_entropy(head(hidden), x[:, :3].argmax(1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        with torch.no_grad():
            x = torch.randn(200, 10)
            full = head(block(stem(x).relu())).argmax(1) == x[:, :3].argmax(1)
            print(f"{step} loss {loss:.3f} with the block {full.float().mean():.3f}")
