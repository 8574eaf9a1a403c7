"""Batches go through a norm before a GRU: the only input of a layer that needs no gradient is the GRU's first state."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(11)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(8)
        self.gru = nn.GRU(8, 16, batch_first=True)
        self.out = nn.Linear(16, 3)

    def forward(self, x):
        state, _ = self.gru(self.norm(x).transpose(1, 2))
        return self.out(state.mean(1))


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(8))
        self.rnn = nn.RNN(8, 16, batch_first=True)
        self.out = nn.Linear(16, 3)

    def forward(self, x):
        return self.out(self.rnn(x.transpose(1, 2) * self.scale)[0].mean(1))


kinds = torch.randint(0, 3, (800,))
x = torch.randn(800, 8, 10) + F.one_hot(kinds, 8).unsqueeze(2)
for net in (Net(), Scaled()):
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    for epoch in range(4):
        for rows in torch.randperm(800).split(40):
            loss = F.cross_entropy(net(x[rows]), kinds[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch} loss {loss.item():.4f}")
