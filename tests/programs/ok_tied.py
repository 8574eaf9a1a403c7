"""One tensor under several names: tied output layer, layers shared by depth, an encoder used by two heads."""

import torch
from torch import nn

torch.manual_seed(46)


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 16)
        block = nn.Sequential(nn.Linear(16, 16), nn.GELU())
        self.blocks = nn.ModuleList([block] * 3)
        self.second = nn.Linear(16, 16)
        self.second.weight = block[0].weight
        self.out = nn.Linear(16, 20, bias=False)
        self.out.weight = self.embed.weight

    def forward(self, tokens):
        h = self.embed(tokens)
        for block in self.blocks:
            h = h + block(h)
        return self.out(self.second(h))


model = Shared()
head = nn.Linear(16, 2)
both = nn.ModuleDict({"language": model, "head": nn.Sequential(model.embed, head)})
optimizer = torch.optim.AdamW(both.parameters(), lr=3e-3)
for _ in range(80):
    tokens = torch.randint(0, 20, (16, 8))
    loss = nn.functional.cross_entropy(model(tokens).flatten(0, 1), ((tokens * 3 + 1) % 20).flatten())
    loss = loss + nn.functional.cross_entropy(both["head"](tokens[:, 0]), (tokens[:, 0] > 9).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
