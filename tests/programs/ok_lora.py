"""LoRA by hand: frozen base, B starts at 0, accumulation over four batches, clipping, an EMA copy."""

import copy

import torch
from torch import nn

torch.manual_seed(23)


class Lora(nn.Module):
    def __init__(self, base, rank):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.a = nn.Parameter(torch.randn(rank, base.in_features) * 0.1)
        self.b = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x):
        return self.base(x) + x @ self.a.T @ self.b.T


model = nn.Sequential(Lora(nn.Linear(12, 24), 2), nn.ReLU(), Lora(nn.Linear(24, 2), 2))
ema = copy.deepcopy(model).requires_grad_(False)
optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
for _ in range(40):
    for _ in range(4):
        loss = nn.functional.cross_entropy(model(torch.randn(8, 12)), torch.randint(0, 2, (8,))) / 4
        loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    with torch.no_grad():
        for slow, fast in zip(ema.parameters(), model.parameters(), strict=True):
            slow.lerp_(fast, 0.01)
