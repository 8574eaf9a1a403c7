"""Sparse regression: keep the k largest weights after each step."""

import torch
from torch import nn

torch.manual_seed(0)
A = torch.randn(300, 200)
w = torch.zeros(200)
w[:10] = torch.randn(10) * 2
b = A @ w + 0.05 * torch.randn(300)
model = nn.Linear(200, 1, bias=False)
opt = torch.optim.SGD(model.parameters(), lr=0.05)
for it in range(60):
    loss = ((model(A).squeeze(1) - b) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    with torch.no_grad():
        p = model.weight
        keep = p.abs().topk(20, dim=1).indices
        mask = torch.zeros_like(p).scatter_(1, keep, 1.0)
        p.mul_(mask)
    if it % 10 == 0:
        print(f"iter {it} loss {loss.item():.5f}")
