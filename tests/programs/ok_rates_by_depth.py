"""A rate that falls with depth and is rounded: that of the deepest layers is 0, which may be meant."""

import torch
from torch import nn

torch.manual_seed(64)
model = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 2))
rates = [round(0.001 * 0.02**depth, 4) for depth in (2, 1, 0)]
layers = [layer for layer in model if isinstance(layer, nn.Linear)]
optimizer = torch.optim.AdamW([{"params": layer.parameters(), "lr": lr} for layer, lr in zip(layers, rates)])
for _ in range(60):
    x = torch.randn(32, 8)
    loss = nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
