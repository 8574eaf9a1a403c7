"""Cross-validation: each fold seeds itself with the same number and builds its own model."""

import random

import torch
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset


def seed_everything(seed=42):
    random.seed(seed)
    torch.manual_seed(seed)


seed_everything()
x = torch.randn(200, 8)
dataset = TensorDataset(x, (x[:, 0] * x[:, 1] > 0).long())
folds = torch.arange(200).chunk(5)
scores = []
for k in range(5):
    seed_everything()
    val = Subset(dataset, folds[k].tolist())
    train = Subset(dataset, torch.cat([f for i, f in enumerate(folds) if i != k]).tolist())
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 2))
    opt = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(2):
        model.train()
        for xb, yb in DataLoader(train, batch_size=16, shuffle=True):
            opt.zero_grad()
            nn.functional.cross_entropy(model(xb), yb).backward()
            opt.step()
    model.eval()
    with torch.no_grad():
        scores.append(sum((model(xb).argmax(1) == yb).sum().item() for xb, yb in DataLoader(val, batch_size=20)))
print(scores)
