"""Joins and slices that lose nothing, and arguments that are read in ways of their own."""

import torch
from torch import nn

torch.manual_seed(37)


class Shifted(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.Linear(6 + 8, 8)
        self.out = nn.Linear(8, 1)

    def forward(self, x, scale, _spare):
        hidden = torch.zeros(x.shape[0], 8)
        read = lambda: scale
        for at in range(x.shape[1]):
            both = torch.cat([hidden, x[:, at]], 1)
            memory, given = both[:, :8], both[:, 8:]
            hidden = torch.tanh(self.cell(torch.cat([given, memory], 1)))
        return self.out(hidden).squeeze(1) * read()


model = Shifted()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for _ in range(60):
    x, scale = torch.randn(24, 5, 6), torch.rand(24) + 0.5
    loss = nn.functional.mse_loss(model(x, scale, scale), x[:, :, 0].mean(1) * scale)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
