"""Softmaxes below the scores, which are none: experts' scores mixed by a gate, attention over cosines, soft targets."""

import torch
import torch.nn.functional as F
from torch import nn


class Mixed(nn.Module):
    def __init__(self, experts=3, kinds=4):
        super().__init__()
        self.experts = nn.ModuleList(nn.Linear(9, kinds) for _ in range(experts))
        self.gate = nn.Linear(9, experts)
        self.kinds = nn.Parameter(torch.randn(kinds, 9))

    def forward(self, x):
        each = torch.stack([one(x) for one in self.experts], 1)
        scores = (self.gate(x).softmax(-1).unsqueeze(-1) * each).sum(1)
        cosines = (F.normalize(x, dim=-1).unsqueeze(1) * F.normalize(self.kinds, dim=-1)).sum(-1)
        return scores, cosines


torch.manual_seed(10)
model, teacher = Mixed(), nn.Linear(9, 4)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
centres = torch.randn(4, 9)
for step in range(120):
    kind = torch.randint(0, 4, (32,))
    x = centres[kind] + 0.7 * torch.randn(32, 9)
    scores, cosines = model(x)
    share = 0.3 + 0.4 * torch.rand(1)
    mixup = share * F.one_hot(kind, 4) + (1 - share) * F.one_hot(kind.flip(0), 4)
    soft = teacher(x).detach().softmax(-1)
    loss = F.cross_entropy(scores, kind) + F.cross_entropy(cosines, kind)
    loss = loss + F.cross_entropy(scores, mixup) + F.cross_entropy(cosines / 0.1, soft)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
