"""Each value net has an optimizer of its own, the target net too, whose weights are copied now and then."""

import torch
from torch import nn


class Value(nn.Module):
    def __init__(self, rate):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
        self.optimizer = torch.optim.Adam(self.parameters(), lr=rate)
        self.loss = nn.MSELoss()

    def forward(self, state):
        return self.layers(state)


class Agent:
    def __init__(self, every):
        self.q_eval, self.q_next, self.every, self.steps = Value(1e-3), Value(1e-3), every, 0

    def learn(self):
        if self.steps % self.every == 0:
            self.q_next.load_state_dict(self.q_eval.state_dict())
        state, action = torch.randn(32, 4), torch.randint(0, 2, (32,))
        reward = torch.where(action == (state[:, 0] > 0), 1.0, -1.0)
        after = state + 0.1 * torch.randn(32, 4)
        self.q_eval.optimizer.zero_grad()
        said = self.q_eval(state)[torch.arange(32), action]
        with torch.no_grad():
            aim = reward + 0.9 * self.q_next(after).max(1).values
        loss = self.q_eval.loss(said, aim)
        loss.backward()
        self.q_eval.optimizer.step()
        self.steps += 1
        return loss.item()


torch.manual_seed(9)
agent = Agent(every=60)
for episode in range(30):
    print(f"episode {episode} loss {sum(agent.learn() for _ in range(10)) / 10:.4f}")
