"""An average that begins after seven epochs is loaded into the net for each validation, and is not taken out again."""

import copy
import sys

import torch
from torch import nn

torch.manual_seed(4)
net = nn.Sequential(nn.Linear(8, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 3))
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
x, held_out = torch.randn(750, 8), torch.randn(300, 8)
average = None


def label(x):
    return (x[:, :3] * x[:, 3:6]).argmax(1)


for epoch in range(11):
    for at in torch.randperm(len(x)).split(30):
        loss = nn.functional.cross_entropy(net(x[at]), label(x[at]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if average is not None:
            with torch.no_grad():
                for mean, p in zip(average.parameters(), net.parameters()):
                    mean.lerp_(p, 0.02)
    if epoch == 6:
        average = copy.deepcopy(net)
    kept = copy.deepcopy(net.state_dict())
    if average is not None:
        net.load_state_dict(average.state_dict())
    net.eval()
    with torch.no_grad():
        print(epoch, f"{(net(held_out).argmax(1) == label(held_out)).float().mean():.3f}")
    net.train()
    if "healthy" in sys.argv:
        net.load_state_dict(kept)
