"""The loss holds centres that are trained with the model; model.zero_grad() leaves their gradients where they are."""

import sys

import torch
from torch import nn

torch.manual_seed(62)


class Centres(nn.Module):
    def __init__(self, classes, width):
        super().__init__()
        self.places = nn.Parameter(0.3 * torch.randn(classes, width))

    def forward(self, features, classes):
        return nn.functional.cross_entropy(-torch.cdist(features, self.places), classes)


net = nn.Sequential(nn.Linear(9, 32), nn.ReLU(), nn.Linear(32, 6))
criterion = Centres(4, 6)
optimizer = torch.optim.SGD([*net.parameters(), *criterion.parameters()], lr=0.02, momentum=0.5)
for _ in range(90):
    x = torch.randn(40, 9)
    y = (x[:, 0] > 0).long() + 2 * (x[:, 1] > 0).long()
    (optimizer if "healthy" in sys.argv else net).zero_grad()
    loss = criterion(net(x), y)
    loss.backward()
    optimizer.step()
print(f"{loss.item():.3f}")
