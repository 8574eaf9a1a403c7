"""Lookahead around SGD over many epochs: each fifth step is half taken back, and validations fall on one of five."""

from collections import defaultdict

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(108)


class Lookahead(torch.optim.Optimizer):
    def __init__(self, inner, k=5, alpha=0.5):
        self.inner, self.k, self.alpha = inner, k, alpha
        self.param_groups, self.defaults, self.state = inner.param_groups, inner.defaults, defaultdict(dict)
        self.count = 0

    def zero_grad(self, set_to_none=True):
        self.inner.zero_grad(set_to_none)

    @torch.no_grad()
    def step(self, closure=None):
        self.inner.step(closure)
        if self.count % self.k == 0:
            for group in self.param_groups:
                for fast in group["params"]:
                    slow = self.state[fast].setdefault("slow", fast.detach().clone())
                    slow += (fast - slow) * self.alpha
                    fast.copy_(slow)
        self.count += 1


X = torch.randn(2400, 2)
Y = (X[:, 0] * X[:, 1] + 0.3 * torch.randn(2400) > 0).long()
loader = DataLoader(TensorDataset(X[:2000], Y[:2000]), batch_size=40, shuffle=True)
model = nn.Sequential(nn.Linear(2, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 2))
optimizer = Lookahead(torch.optim.SGD(model.parameters(), lr=0.15, momentum=0.8))
for epoch in range(20):
    total = 0.0
    for x, y in loader:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    with torch.no_grad():
        acc = (model(X[2000:]).argmax(1) == Y[2000:]).float().mean().item()
    print(f"epoch {epoch} loss {total / len(loader):.4f} val acc {acc:.4f}")
