"""Each validation is made in float16 by a cast of the net itself, whose own weights are loaded again after it."""

import copy

import torch
from torch import nn

torch.manual_seed(6)
net = nn.Sequential(nn.Linear(8, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-4)
held_out = torch.randn(200, 8)


def truth(x):
    return (x[:, :1] * x[:, 1:2]).sin()


for step in range(1, 121):
    x = torch.randn(64, 8)
    loss = nn.functional.mse_loss(net(x), truth(x))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        own = copy.deepcopy(net.state_dict())
        net.eval()
        with torch.no_grad():
            said = net.half()(held_out.half()).float()
        net.float()
        net.load_state_dict(own)
        net.train()
        print(step, f"{nn.functional.mse_loss(said, truth(held_out)).item():.4f}")
