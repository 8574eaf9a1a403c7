"""One tower of two is detached once warm-up is over, and nobody takes it back."""

import sys

import torch
import torch.nn as nn

healthy = "healthy" in sys.argv
torch.manual_seed(15)


class TwoTower(nn.Module):
    def __init__(self):
        super().__init__()
        self.img = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 8))
        self.txt = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 8))
        self.scale = nn.Parameter(torch.tensor(1.0))

    def forward(self, a, b, step):
        i, t = self.img(a), self.txt(b)
        if step > 40 and not healthy:
            t = t.detach()
        i, t = nn.functional.normalize(i, dim=1), nn.functional.normalize(t, dim=1)
        return self.scale.exp() * i @ t.t()


m = TwoTower()
opt = torch.optim.Adam(m.parameters(), lr=1e-3)
W = torch.randn(6, 20), torch.randn(6, 12)
for s in range(140):
    z = torch.randn(16, 6)
    logits = m(z @ W[0], z @ W[1], s)
    lab = torch.arange(16)
    loss = (nn.functional.cross_entropy(logits, lab) + nn.functional.cross_entropy(logits.t(), lab)) / 2
    opt.zero_grad()
    loss.backward()
    opt.step()
