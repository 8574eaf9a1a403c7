"""A population: what does worse goes on from the weights of what does better, each trained in its turn."""

import torch
from torch import nn

torch.manual_seed(3)
rates = (2e-3, 1e-5, 2e-5)
members = [nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1)) for _ in rates]
optimizers = [torch.optim.Adam(one.parameters(), lr=rate) for one, rate in zip(members, rates)]
held_out = torch.randn(200, 8)


def error(net, x):
    return nn.functional.mse_loss(net(x), (x[:, :1] * x[:, 1:2]).sin())


def validate(net):
    net.eval()
    with torch.no_grad():
        found = error(net, held_out).item()
    net.train()
    return found


for step in range(1, 201):
    for net, optimizer in zip(reversed(members), reversed(optimizers)):
        optimizer.zero_grad()
        error(net, torch.randn(64, 8)).backward()
        optimizer.step()
    if step % 20 == 0:
        ranked = sorted(members, key=validate)
        ranked[-1].load_state_dict(ranked[0].state_dict())
        print(step, f"{validate(ranked[-1]):.4f}")
