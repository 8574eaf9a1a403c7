"""A translator that fills in all places at once: its decoder is given nothing but blanks."""

import torch
from torch import nn

BLANK = 1


class AllAtOnce(nn.Module):
    def __init__(self, words=30, d=24):
        super().__init__()
        self.read, self.write = nn.Embedding(words, d), nn.Embedding(words, d)
        self.places = nn.Parameter(0.1 * torch.randn(10, d))
        self.attention = nn.MultiheadAttention(d, 2, batch_first=True)
        self.out = nn.Linear(d, words)

    def forward(self, source, blanks):
        known = self.read(source) + self.places[: source.shape[1]]
        asked = self.write(blanks) + self.places[: blanks.shape[1]]
        found, _ = self.attention(asked, known, known)
        return self.out(asked + found)


torch.manual_seed(18)
model = AllAtOnce()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for step in range(200):
    source = torch.randint(2, 30, (16, 9))
    target = (31 - source).flip(1)[:, :8]
    blanks = torch.full_like(target, BLANK)
    loss = nn.functional.cross_entropy(model(source, blanks).flatten(0, 1), target.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
