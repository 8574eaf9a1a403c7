"""The mean over the ends of all epochs is loaded into the net for each validation, and is not taken out again."""

import copy
import sys

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

torch.manual_seed(6)
net = nn.Sequential(nn.Linear(8, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 3))
swa = AveragedModel(net)
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
x, held_out = torch.randn(750, 8), torch.randn(300, 8)


def label(x):
    return (x[:, :3] * x[:, 3:6]).argmax(1)


for epoch in range(6):
    for at in torch.randperm(len(x)).split(30):
        loss = nn.functional.cross_entropy(net(x[at]), label(x[at]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    swa.update_parameters(net)
    kept = copy.deepcopy(net.state_dict())
    net.load_state_dict(swa.module.state_dict())
    net.eval()
    with torch.no_grad():
        print(epoch, f"{(net(held_out).argmax(1) == label(held_out)).float().mean():.3f}")
    net.train()
    if "healthy" in sys.argv:
        net.load_state_dict(kept)
