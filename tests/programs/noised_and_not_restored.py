"""How flat is the minimum? Noise on the weights, taken back from a state that is no copy."""

import copy
import sys

import torch
from torch import nn

torch.manual_seed(53)
net = nn.Sequential(nn.Linear(10, 48), nn.Tanh(), nn.Linear(48, 3))
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
centres = torch.randn(3, 10)


def batch(n):
    labels = torch.randint(3, (n,))
    return centres[labels] + torch.randn(n, 10), labels


@torch.no_grad()
def flatness(x, y, draws=3):
    clean = copy.deepcopy(net.state_dict()) if "healthy" in sys.argv else net.state_dict()
    base, rises = nn.functional.cross_entropy(net(x), y), []
    for _ in range(draws):
        for p in net.parameters():
            p.add_(0.1 * p.abs().mean() * torch.randn_like(p))
        rises.append((nn.functional.cross_entropy(net(x), y) - base).item())
        net.load_state_dict(clean)
    return sum(rises) / draws


held_out = batch(300)
for epoch in range(4):
    for _ in range(30):
        x, y = batch(64)
        loss = nn.functional.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f} flatness {flatness(*held_out):.4f}")
