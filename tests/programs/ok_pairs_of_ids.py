"""Clicks of users on items: each user occurs in training and validation, and pairs again by chance."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(31)
users, items = torch.randint(60, (4000,)), torch.randint(40, (4000,))
taste = torch.randn(60, 40)
clicks = (taste[users, items] + 0.5 * torch.randn(4000) > 0).float()
train_loader = DataLoader(TensorDataset(users[:3200], items[:3200], clicks[:3200]), 64, shuffle=True)
val_loader = DataLoader(TensorDataset(users[3200:], items[3200:], clicks[3200:]), 200)


class TwoTower(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.user, self.item = nn.Embedding(60, 16), nn.Embedding(40, 16)

    def forward(self, user: torch.Tensor, item: torch.Tensor) -> torch.Tensor:
        return (self.user(user) * self.item(item)).sum(1)


model = TwoTower()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(3):
    model.train()
    for user, item, click in train_loader:
        loss = nn.functional.binary_cross_entropy_with_logits(model(user, item), click)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        hits = sum(((model(user, item) > 0).float() == click).sum().item() for user, item, click in val_loader)
    print(epoch, hits / 800)
