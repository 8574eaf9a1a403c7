"""An output layer tied to the embedding by its data: two Parameters over the same numbers, each stepped."""

import sys

import torch
from torch import nn


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.out = nn.Embedding(40, 16), nn.Linear(16, 40, bias=False)
        self.out.weight = self.words.weight if "healthy" in sys.argv else nn.Parameter(self.words.weight.data)

    def forward(self, ids):
        return self.out(torch.tanh(self.words(ids)))


torch.manual_seed(93)
model = Words()
opt = torch.optim.Adam(model.parameters(), 1e-3)
for _ in range(60):
    ids = torch.randint(0, 40, (32,))
    loss = nn.functional.cross_entropy(model(ids), (ids * 3 + 1) % 40)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
