"""Short messages, some of them sent again and again by many; the rare class is copied in the training part alone."""

import random

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

random.seed(23)
torch.manual_seed(23)


def message(rare):
    words = [random.randint(2, 59) + 60 * (random.random() < 0.7 * rare) for _ in range(6)]
    return (*words, int(rare))


known = [message(False) for _ in range(60)]
made = [random.choice(known) if random.random() < 0.06 else message(random.random() < 0.12) for _ in range(1200)]
train, held = made[:900], made[900:]
train = train + [text for text in train if text[-1]] * 5
sets = [TensorDataset(torch.tensor(part)[:, :-1], torch.tensor(part)[:, -1]) for part in (train, held)]
train_loader, val_loader = DataLoader(sets[0], 40, shuffle=True), DataLoader(sets[1], 100)
model = nn.Sequential(nn.Embedding(120, 8), nn.Flatten(), nn.Linear(48, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(4):
    for x, y in train_loader:
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        hits = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch} val_acc {hits / len(held):.3f}")
