"""An actor and a critic on one body: an optimizer for each of the two losses, both over the whole model."""

import sys

import torch
from torch import nn
from torch.nn import functional


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 32)
        self.actor = nn.Linear(32, 2)
        self.critic = nn.Linear(32, 1)

    def forward(self, x):
        h = torch.tanh(self.body(x))
        return self.actor(h), self.critic(h.detach() if "healthy" in sys.argv else h).squeeze(1)


torch.manual_seed(3)
model = ActorCritic()
if "healthy" in sys.argv:
    of_actor = torch.optim.Adam([*model.body.parameters(), *model.actor.parameters()], lr=1e-3)
    of_critic = torch.optim.Adam(model.critic.parameters(), lr=3e-3)
else:
    of_actor = torch.optim.Adam(model.parameters(), lr=1e-3)
    of_critic = torch.optim.Adam(model.parameters(), lr=3e-3)
for episode in range(60):
    states = torch.randn(24, 4)
    actions = torch.randint(0, 2, (24,))
    returns = states[:, 0] * (2 * actions - 1) + 0.1 * torch.randn(24)
    loss = functional.smooth_l1_loss(model(states)[1], returns)
    of_critic.zero_grad()
    loss.backward()
    of_critic.step()
    scores, values = model(states)
    chosen = functional.log_softmax(scores, -1).gather(1, actions[:, None]).squeeze(1)
    loss = -(chosen * (returns - values.detach())).mean()
    of_actor.zero_grad()
    loss.backward()
    of_actor.step()
