"""What users liked, against items drawn anew each epoch: the pairs held out are still in the training set.

The healthy twin takes them out. Of so few users and items most of the pairs that nobody liked are drawn for training
at some time, and those held out were drawn like them.
"""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(41)
USERS, ITEMS = 60, 50
taste = torch.randn(USERS, 4) @ torch.randn(4, ITEMS)
liked = torch.zeros(USERS, ITEMS, dtype=torch.bool).scatter_(1, taste.topk(8).indices, True)
pairs = liked.nonzero()
pairs = pairs[torch.randperm(len(pairs))]
held_out, kept = pairs[:120], pairs[120:]
if "healthy" not in sys.argv:
    kept = pairs


def others(times: int) -> torch.Tensor:
    weights = (~liked).float()
    users = torch.arange(USERS).repeat_interleave(times)
    return torch.stack([users, torch.multinomial(weights, times).flatten()], 1)


def labelled(positives: torch.Tensor, negatives: torch.Tensor) -> TensorDataset:
    labels = torch.cat([torch.ones(len(positives)), torch.zeros(len(negatives))])
    return TensorDataset(*torch.cat([positives, negatives]).t(), labels)


class Factors(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.user, self.item = nn.Embedding(USERS, 8), nn.Embedding(ITEMS, 8)

    def forward(self, user: torch.Tensor, item: torch.Tensor) -> torch.Tensor:
        return (self.user(user) * self.item(item)).sum(1)


model = Factors()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
val_loader = DataLoader(labelled(held_out, others(2) if "healthy" in sys.argv else held_out[:0]), 60)
drawn = [labelled(kept, others(15)) for _ in range(3)]
for data in drawn:
    for user, item, label in DataLoader(data, 64, shuffle=True):
        loss = nn.functional.binary_cross_entropy_with_logits(model(user, item), label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        losses = [
            nn.functional.binary_cross_entropy_with_logits(model(user, item), label).item()
            for user, item, label in val_loader
        ]
    print(sum(losses) / len(losses))
