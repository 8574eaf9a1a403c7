"""Fine-tuning: the loaded body is unfrozen after a while; the optimizer was built from what was trainable before."""

import sys

import torch
from torch import nn

torch.manual_seed(19)
torch.save(nn.Sequential(nn.Linear(8, 16), nn.ReLU()).state_dict(), "body.pt")
body, head = nn.Sequential(nn.Linear(8, 16), nn.ReLU()), nn.Linear(16, 2)
body.load_state_dict(torch.load("body.pt"))
body.requires_grad_(False)
model = nn.Sequential(body, head)
optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-3)
for step in range(50):
    if step == 20:
        body.requires_grad_(True)
        if "healthy" in sys.argv:
            optimizer.add_param_group({"params": body.parameters()})
    loss = nn.functional.cross_entropy(model(torch.randn(16, 8)), torch.randint(0, 2, (16,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
