"""Layers that begin with equal rows and part: zeros in a head, a table of one number, gates of ones."""

import torch
from torch import nn

torch.manual_seed(42)


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(40, 16)
        nn.init.constant_(self.table.weight, 0.1)
        self.gates = nn.Parameter(torch.ones(6, 16))
        self.body = nn.Sequential(nn.Linear(16, 32), nn.ReLU())
        self.head = nn.Linear(32, 6)
        nn.init.zeros_(self.head.weight)

    def forward(self, words):
        seen = self.table(words).mean(1)
        return self.head(self.body(seen)) + (self.gates * seen[:, None]).sum(2)


tagger = Tagger()
optimizer = torch.optim.Adam(tagger.parameters(), lr=1e-2)
for step in range(150):
    words = torch.randint(40, (64, 8))
    labels = words.float().mean(1).sub(14).clamp(0, 11.9).div(2).long()
    loss = nn.functional.cross_entropy(tagger(words), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 25 == 0:
        print(f"step {step} loss {loss.item():.4f}")
