"""At each validation a copy of the weights is made or taken: the best so far, a target, slow weights half the way, and
steps back to the best."""

import copy

import torch
from torch import nn

torch.manual_seed(101)
held_out = torch.randn(100, 6)


def error(net, x):
    return nn.functional.mse_loss(net(x), (x[:, :1] * x[:, 1:2]).sin())


def train(pause):
    net = nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 1))
    other = copy.deepcopy(net)
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    for step in range(1, 151):
        optimizer.zero_grad()
        error(net, torch.randn(64, 6)).backward()
        optimizer.step()
        if pause == "average":
            with torch.no_grad():
                for mean, p in zip(other.parameters(), net.parameters()):
                    mean.lerp_(p, 0.1)
        if step % 25 == 0:
            net.eval()
            with torch.no_grad():
                print(pause, step, f"{error(net, held_out).item():.4f}")
            net.train()
            if pause == "copied" or (pause == "taken back" and step % 50):
                other.load_state_dict(net.state_dict())
            elif pause == "taken back":
                net.load_state_dict(other.state_dict())
            elif pause == "slow weights":
                with torch.no_grad():
                    for slow, p in zip(other.parameters(), net.parameters()):
                        slow.lerp_(p, 0.5)
                        p.copy_(slow)


for pause in ("copied", "taken back", "slow weights", "average"):
    train(pause)
