"""DropConnect on a copy of the weight; and masks written into the weights, of which the dropped are put back after."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(31)


class DropConnect(nn.Linear):
    def forward(self, x):
        mask = torch.rand_like(self.weight) >= 0.1 if self.training else 1.0
        return F.linear(x, self.weight * mask, self.bias)


def train(model, before=lambda: None, after=lambda: None):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(3):
        model.train()
        for rows in torch.randperm(len(x)).split(50):
            optimizer.zero_grad()
            before()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            after()
        model.eval()
        with torch.no_grad():
            acc = (model(x).argmax(1) == y).float().mean().item()
        print(f"epoch {epoch} loss {loss.item():.4f} acc {acc:.3f}")


x = torch.randn(2000, 16)
y = (x @ torch.randn(16, 4)).argmax(1)
train(nn.Sequential(DropConnect(16, 64), nn.ReLU(), DropConnect(64, 64), nn.ReLU(), nn.Linear(64, 4)))
plain = nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 4))
weight, kept = plain[0].weight, {}


def drop():
    kept["mask"] = torch.rand_like(weight) < 0.1
    kept["weight"] = weight.detach().clone()
    weight.data[kept["mask"]] = 0.0


def put_back():
    weight.data[kept["mask"]] += kept["weight"][kept["mask"]]


train(plain, drop, put_back)
