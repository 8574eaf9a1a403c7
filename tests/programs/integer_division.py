"""Images divided by 255 while they are integers: every input is 0. No DataLoader."""

import sys

import torch
import torch.nn as nn

healthy = "healthy" in sys.argv
torch.manual_seed(44)
imgs = (torch.rand(400, 1, 8, 8) * 255).to(torch.uint8)
Y = (imgs.float().mean((1, 2, 3)) > 127).long()
X = imgs.float() / 255 if healthy else (imgs // 255 * 0).float()
net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2))
opt = torch.optim.Adam(net.parameters(), 1e-3)
for e in range(6):
    for b in torch.randperm(400).split(20):
        loss = nn.functional.cross_entropy(net(X[b]), Y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
