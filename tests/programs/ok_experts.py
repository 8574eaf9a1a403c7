"""A mixture of experts: in many steps an expert gets no token, and so no gradient or zeros."""

import torch
from torch import nn


class Experts(nn.Module):
    def __init__(self, width=12, n=6):
        super().__init__()
        self.router = nn.Linear(width, n)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(width, 16), nn.ReLU(), nn.Linear(16, width)) for _ in range(n)
        )

    def forward(self, x):
        weights = self.router(x).softmax(-1)
        best, which = weights.max(-1)
        out = torch.zeros_like(x)
        for i, expert in enumerate(self.experts):
            rows = (which == i).nonzero()[:, 0]
            out = out.index_add(0, rows, expert(x[rows]) * best[rows, None])
        return x + out


torch.manual_seed(12)
model = nn.Sequential(Experts(), nn.Linear(12, 2))
opt = torch.optim.AdamW(model.parameters(), lr=2e-3)
for step in range(80):
    x = torch.randn(10, 12)
    loss = nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long())
    opt.zero_grad(set_to_none=False)
    loss.backward()
    opt.step()
