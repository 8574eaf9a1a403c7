"""A policy ends in a softmax, and its probabilities are taken for logits: no action gets far above the others."""

import sys

import torch
from torch import nn
from torch.distributions import Categorical

torch.manual_seed(6)
policy = nn.Sequential(nn.Linear(5, 32), nn.Tanh(), nn.Linear(32, 4), nn.Softmax(dim=-1))
optimizer = torch.optim.Adam(policy.parameters(), lr=3e-3)
taste = torch.randn(5, 4)
for update in range(150):
    seen = torch.randn(64, 5)
    said = policy(seen)
    choice = Categorical(probs=said) if "healthy" in sys.argv else Categorical(logits=said)
    action = choice.sample()
    reward = (seen @ taste)[torch.arange(64), action] + 0.1 * torch.randn(64)
    loss = -(choice.log_prob(action) * (reward - reward.mean())).mean() - 0.01 * choice.entropy().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if update % 30 == 0:
        print(f"update {update} reward {reward.mean():.3f}")
