"""Each validation is made in bfloat16, by a cast of the net itself, and another one back. Healthy: under autocast."""

import sys

import torch
from torch import nn

torch.manual_seed(5)
net = nn.Sequential(nn.Linear(8, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-4)
held_out = torch.randn(200, 8)


def truth(x):
    return (x[:, :1] * x[:, 1:2]).sin()


@torch.no_grad()
def validate():
    net.eval()
    if "healthy" in sys.argv:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            said = net(held_out)
    else:
        said = net.bfloat16()(held_out.bfloat16())
        net.float()
    net.train()
    return nn.functional.mse_loss(said.float(), truth(held_out)).item()


for step in range(1, 121):
    x = torch.randn(64, 8)
    loss = nn.functional.mse_loss(net(x), truth(x))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 30 == 0:
        print(step, f"{validate():.4f}")
