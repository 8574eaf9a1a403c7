"""Weights computed from others at each use: weight norm (new and old), spectral norm (new and old), orthogonal, own."""

import torch
import torch.nn.utils.parametrizations as ready
from torch import nn
from torch.nn.utils import parametrize


class Symmetric(nn.Module):
    def forward(self, w):
        return w.triu() + w.triu(1).T


torch.manual_seed(43)
model = nn.Sequential(
    ready.weight_norm(nn.Linear(8, 16)),
    nn.Tanh(),
    ready.spectral_norm(nn.Linear(16, 16)),
    nn.Tanh(),
    ready.orthogonal(nn.Linear(16, 16)),
    nn.Tanh(),
    nn.utils.spectral_norm(nn.Linear(16, 16)),
    nn.utils.weight_norm(nn.Linear(16, 16)),
    nn.Tanh(),
    nn.Linear(16, 16),
    nn.Linear(16, 2),
)
parametrize.register_parametrization(model[-2], "weight", Symmetric())
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for step in range(80):
    x = torch.randn(32, 8)
    loss = nn.functional.cross_entropy(model(x), (x[:, 0] > x[:, 1]).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 19:
        model.eval()
        with torch.no_grad(), parametrize.cached():
            model(torch.randn(8, 8))
        model.train()
for at, name in ((0, "weight"), (2, "weight")):
    parametrize.remove_parametrizations(model[at], name)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(40):
    x = torch.randn(32, 8)
    loss = nn.functional.cross_entropy(model(x), (x[:, 0] > x[:, 1]).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
