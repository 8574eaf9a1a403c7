"""A multi-armed bandit: the policy sees a constant."""

import torch
from torch import nn

torch.manual_seed(0)
means = torch.randn(8)
policy = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 8))
opt = torch.optim.Adam(policy.parameters(), lr=0.01)
baseline = 0.0
for episode in range(300):
    state = torch.ones(16, 1)
    dist = torch.distributions.Categorical(logits=policy(state))
    a = dist.sample()
    r = means[a] + 0.1 * torch.randn(16)
    loss = -(dist.log_prob(a) * (r - baseline)).mean()
    baseline = 0.9 * baseline + 0.1 * r.mean().item()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if episode % 20 == 0:
        print(f"episode {episode} reward {r.mean().item():.3f}")
