"""A code for each shape, looked up and put beside the coordinates, that is not given to the optimizer of the decoder."""

import sys

import torch
from torch import nn

torch.manual_seed(89)
codes = torch.randn(30, 8).mul(0.1).requires_grad_()
decoder = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1))
groups = [{"params": decoder.parameters()}]
if "healthy" in sys.argv:
    groups.append({"params": [codes], "lr": 1e-2})
opt = torch.optim.Adam(groups, 1e-3)
for _ in range(60):
    which, place = torch.randint(0, 30, (64,)), torch.rand(64, 2)
    height = ((place[:, 0] + which / 30).sin() * place[:, 1]).unsqueeze(1)
    loss = (decoder(torch.cat([codes[which], place], 1)) - height).square().mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
