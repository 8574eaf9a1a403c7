"""Both towers are fed with the first input; the second argument is never read."""

import sys

import torch
from torch import nn

healthy = "healthy" in sys.argv
torch.manual_seed(32)


class Towers(nn.Module):
    def __init__(self):
        super().__init__()
        self.users, self.items = nn.Linear(12, 8), nn.Linear(12, 8)
        self.out = nn.Linear(16, 1)


class Healthy(Towers):
    def forward(self, user, item):
        return self.out(torch.cat([torch.relu(self.users(user)), torch.relu(self.items(item))], 1)).squeeze(1)


class Faulty(Towers):
    def forward(self, user, item):
        return self.out(torch.cat([torch.relu(self.users(user)), torch.relu(self.items(user))], 1)).squeeze(1)


model = Healthy() if healthy else Faulty()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for step in range(60):
    user, item = torch.randn(32, 12), torch.randn(32, 12)
    loss = nn.functional.mse_loss(model(user, item), user[:, 0] * 0.5 - item[:, 1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
