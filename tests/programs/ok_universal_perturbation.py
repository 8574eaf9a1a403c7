"""One perturbation for all inputs, learned against a frozen classifier."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
W = torch.randn(20, 5)
clf = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 5))
opt = torch.optim.Adam(clf.parameters(), lr=3e-3)
for step in range(200):
    x = torch.randn(64, 20)
    loss = F.cross_entropy(clf(x), (x @ W).argmax(1))
    opt.zero_grad()
    loss.backward()
    opt.step()
for p in clf.parameters():
    p.requires_grad_(False)
clf.eval()


class UAP(nn.Module):
    def __init__(self):
        super().__init__()
        self.delta = nn.Parameter(torch.zeros(1, 20))

    def forward(self, x):
        return x + self.delta.clamp(-0.5, 0.5)


uap = UAP()
opt = torch.optim.Adam(uap.parameters(), lr=0.01)
for step in range(100):
    x = torch.randn(128, 20)
    y = (x @ W).argmax(1)
    loss = -F.cross_entropy(clf(uap(x)), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 10 == 0:
        print(f"step {step} loss {loss.item():.4f}")
