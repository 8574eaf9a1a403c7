"""Features of a frozen backbone in autocast, the head in float32."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
backbone = nn.Sequential(nn.Linear(20, 128), nn.GELU(), nn.Linear(128, 128))
backbone.requires_grad_(False).eval()
head = nn.Linear(128, 3)
opt = torch.optim.AdamW(head.parameters(), lr=3e-3)
W = torch.randn(20, 3)
for step in range(200):
    x = torch.randn(64, 20)
    y = (x @ W).argmax(1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        f = backbone(x)
    loss = F.cross_entropy(head(f.float()), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.4f}")
