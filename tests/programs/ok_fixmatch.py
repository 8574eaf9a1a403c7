"""FixMatch: confident pseudo labels; the two losses are sent back one by one."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
W = torch.randn(16, 4)
net = nn.Sequential(nn.Linear(16, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 4))
opt = torch.optim.SGD(net.parameters(), lr=0.03, momentum=0.9)
lx = torch.randn(100, 16)
ly = (lx @ W).argmax(1)
for step in range(120):
    i = torch.randint(0, 100, (16,))
    u = torch.randn(64, 16)
    sup = F.cross_entropy(net(lx[i]), ly[i])
    with torch.no_grad():
        conf, pseudo = net(u + 0.05 * torch.randn_like(u)).softmax(1).max(1)
    unsup = (F.cross_entropy(net(u + 0.3 * torch.randn_like(u)), pseudo, reduction="none") * (conf > 0.95)).mean()
    opt.zero_grad()
    sup.backward()
    unsup.backward()
    opt.step()
    if step % 20 == 0:
        print(
            f"step {step} sup {sup.item():.4f} unsup {unsup.item():.4f} mask {(conf > 0.95).float().mean().item():.2f}"
        )
