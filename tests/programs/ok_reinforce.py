"""Policy gradient with rare rewards: the loss is often exactly 0, its sign is negative by design."""

import torch
from torch.distributions import Categorical

torch.manual_seed(6)
policy = torch.nn.Sequential(torch.nn.Linear(4, 32), torch.nn.ReLU(), torch.nn.Linear(32, 2))
optimizer = torch.optim.Adam(policy.parameters(), lr=3e-3)
for episode in range(80):
    states, actions, rewards = [], [], []
    state = torch.randn(4)
    for _ in range(6):
        with torch.no_grad():
            action = Categorical(logits=policy(state)).sample()
        states.append(state)
        actions.append(action)
        rewards.append(1.0 if state[0] > 1.5 and action == 1 else 0.0)
        state = torch.randn(4)
    returns = torch.tensor(rewards).flip(0).cumsum(0).flip(0)
    log_p = Categorical(logits=policy(torch.stack(states))).log_prob(torch.stack(actions))
    loss = -(log_p * returns).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
