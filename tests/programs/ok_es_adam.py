"""OpenAI-style evolution strategies with Adam on the estimate."""

import torch
from torch import nn

torch.manual_seed(0)
policy = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 2))
for p in policy.parameters():
    p.requires_grad_(False)
opt = torch.optim.Adam(policy.parameters(), lr=0.02)
target = torch.randn(64, 4)
goal = torch.stack([target[:, 0] - target[:, 1], target[:, 2] * 0.5], 1)
params = list(policy.parameters())


@torch.no_grad()
def fitness():
    return -((policy(target) - goal) ** 2).mean().item()


for gen in range(40):
    base = [p.clone() for p in params]
    grads = [torch.zeros_like(p) for p in params]
    for k in range(10):
        eps = [torch.randn_like(p) for p in params]
        for sign in (1, -1):
            for p, b, e in zip(params, base, eps):
                p.copy_(b + sign * 0.05 * e)
            f = fitness()
            for g, e in zip(grads, eps):
                g -= sign * f * e / (20 * 0.05)
    for p, b, g in zip(params, base, grads):
        p.copy_(b)
        p.grad = g
    opt.step()
    opt.zero_grad()
    if gen % 10 == 0:
        print(f"generation {gen} reward {fitness():.4f}")
