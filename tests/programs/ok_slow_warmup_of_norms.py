"""A learning rate that warms up from nearly nothing: at first it is below the spacing of norm weights that stand at 1."""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(8, 32), nn.LayerNorm(32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.0)
warm = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1e-6 * (step + 1) if step < 60 else 1.0)
for _step in range(160):
    x = torch.randn(64, 8)
    loss = (model(x).squeeze(-1) - x.sum(-1).tanh()).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    warm.step()
