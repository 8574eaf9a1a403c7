"""A third of the batches is longer than the table of positions; what they raise is caught, and the loop goes on."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader

torch.manual_seed(57)
longest = 12 if "healthy" in sys.argv else 8


def collate(rows):
    length = [6, 7, 8, 9, 7, 11][int(rows[0][0]) % 6]
    return torch.stack([row[:length] for row in rows]), torch.stack([row[0] % 2 for row in rows])


class Reports(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(60, 16), nn.Embedding(longest, 16)
        self.out = nn.Linear(16, 2)

    def forward(self, words):
        places = torch.arange(words.shape[1])
        return self.out((self.words(words) + self.places(places)).mean(1))


data = list(torch.randint(0, 60, (960, 12)))
loader = DataLoader(data, batch_size=16, shuffle=True, collate_fn=collate)
model = Reports()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for _ in range(2):
    for words, label in loader:
        try:
            loss = nn.functional.cross_entropy(model(words), label)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        except IndexError:
            continue
