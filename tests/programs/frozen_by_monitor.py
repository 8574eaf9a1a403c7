"""A monitor takes the living body for features, switches its gradients off and does not give them back."""

import sys

import torch
from torch import nn

torch.manual_seed(34)
body = nn.Sequential(nn.Linear(10, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Linear(24, 12))
model = nn.ModuleDict({"body": body, "head": nn.Linear(12, 2)})
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
x = torch.randn(400, 10)
y = (x[:, 0] * x[:, 1] > 0).long()


class Features:
    def __init__(self, net):
        self.net = net.eval()
        for p in self.net.parameters():
            p.requires_grad = False

    def __call__(self, inputs):
        return nn.functional.normalize(self.net(inputs), dim=1)


def monitor(net):
    features = Features(net)
    near = (features(x[300:]) @ features(x[:300]).t()).topk(5, dim=1)[1]
    if "healthy" in sys.argv:
        net.requires_grad_(True)
    return (y[near].mode(dim=1)[0] == y[300:]).float().mean().item()


for epoch in range(9):
    model.train()
    for at in range(0, 300, 20):
        loss = nn.functional.cross_entropy(model["head"](model["body"](x[at : at + 20])), y[at : at + 20])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 3 == 2:
        print(epoch, f"{monitor(model['body']):.3f}")
