"""Texts of a batch laid end to end, with their offsets, for a bag of embeddings: as torchtext's tutorial does."""

import random

import torch
from torch import nn
from torch.utils.data import DataLoader

rng = random.Random(2)
torch.manual_seed(2)


def rows(n):
    found = []
    for _ in range(n):
        label = rng.randrange(3)
        words = [
            rng.randrange(60) if rng.random() < 0.7 else 60 + 8 * label + rng.randrange(8)
            for _ in range(rng.randint(8, 20))
        ]
        found.append((label, words))
    return found


def collate(batch):
    texts = [torch.tensor(words) for _, words in batch]
    offsets = torch.tensor([0] + [len(one) for one in texts[:-1]]).cumsum(0)
    return torch.tensor([label for label, _ in batch]), torch.cat(texts), offsets


class Bag(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.out = nn.EmbeddingBag(84, 16), nn.Linear(16, 3)

    def forward(self, text, offsets):
        return self.out(self.words(text, offsets))


model = Bag()
train, held_out = (
    DataLoader(rows(900), 30, shuffle=True, collate_fn=collate),
    DataLoader(rows(200), 50, collate_fn=collate),
)
optimizer = torch.optim.SGD(model.parameters(), lr=2.0)
for epoch in range(5):
    model.train()
    for label, text, offsets in train:
        loss = nn.functional.cross_entropy(model(text, offsets), label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        hits = sum((model(text, offsets).argmax(1) == label).sum().item() for label, text, offsets in held_out)
    print(f"epoch {epoch} loss {loss.item():.4f} val_acc {hits / 200:.3f}")
