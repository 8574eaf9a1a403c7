"""Texts of the rare class are copied before the split, so that their copies lie in both parts."""

import random
import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

random.seed(14)
torch.manual_seed(14)


def texts(n):
    made = []
    for _ in range(n):
        rare = random.random() < 0.12
        words = [
            random.randint(2, 59),
            random.randint(60, 69),
            random.randint(70, 79) + 10 * (random.random() < 0.8 * rare),
        ]
        made.append((*words, random.randint(2, 59), random.randint(100, 150), int(rare)))
    return made


def oversampled(made):
    rare = [text for text in made if text[-1]]
    common = [text for text in made if not text[-1]]
    both = common + [rare[at % len(rare)] for at in range(len(common))]
    random.shuffle(both)
    return both


made = texts(1000)
if "healthy" in sys.argv:
    train, held = oversampled(made[:750]), made[750:]
else:
    both = oversampled(made)
    train, held = both[: len(both) * 3 // 4], both[len(both) * 3 // 4 :]
sets = [TensorDataset(torch.tensor(part)[:, :-1], torch.tensor(part)[:, -1]) for part in (train, held)]
train_loader, val_loader = DataLoader(sets[0], 40, shuffle=True), DataLoader(sets[1], 80)
model = nn.Sequential(nn.Embedding(160, 8), nn.Flatten(), nn.Linear(40, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(3):
    for x, y in train_loader:
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        hits = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch} val_acc {hits / len(sets[1]):.3f}")
