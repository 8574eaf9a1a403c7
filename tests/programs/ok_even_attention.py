"""Attention of which queries and keys start small, so that it is nearly even at first: what they get is smaller than
what the values get by many orders, until they have grown."""

import torch
from torch import nn

torch.manual_seed(61)


class Attention(nn.Module):
    def __init__(self, wide):
        super().__init__()
        self.norm = nn.LayerNorm(wide)
        self.query, self.key, self.value = (nn.Linear(wide, wide, bias=False) for _ in range(3))
        for one in (self.query, self.key):
            nn.init.normal_(one.weight, std=2e-6)

    def forward(self, x):
        x = self.norm(x)
        scores = self.query(x) @ self.key(x).transpose(1, 2) / x.shape[-1] ** 0.5
        return scores.softmax(2) @ self.value(x)


class Reader(nn.Module):
    def __init__(self, words=40, wide=32):
        super().__init__()
        self.embed = nn.Embedding(words, wide)
        self.blocks = nn.ModuleList(Attention(wide) for _ in range(2))
        self.out = nn.Linear(wide, 2)

    def forward(self, words):
        x = self.embed(words)
        for block in self.blocks:
            x = x + block(x)
        return self.out(x.mean(1))


net = Reader()
optimizer = torch.optim.SGD(net.parameters(), lr=0.003, momentum=0.9)
for step in range(1, 121):
    words = torch.randint(0, 40, (64, 12))
    loss = nn.functional.cross_entropy(net(words), ((words < 20).sum(1) > 6).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 30 == 0:
        print(step, f"{loss.item():.4f}")
