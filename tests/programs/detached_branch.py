"""A branch is cut off from the loss by a round trip through numpy."""

import sys

import torch
from torch import nn

torch.manual_seed(9)


class TwoBranches(nn.Module):
    def __init__(self):
        super().__init__()
        self.text = nn.Linear(8, 16)
        self.numbers = nn.Sequential(nn.Linear(4, 16), nn.ReLU())
        self.head = nn.Linear(16, 2)

    def forward(self, text, numbers):
        extra = self.numbers(numbers)
        if "healthy" not in sys.argv:
            extra = torch.tensor(extra.detach().numpy())
        return self.head(torch.relu(self.text(text) + extra))


model = TwoBranches()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
for _ in range(50):
    logits = model(torch.randn(8, 8), torch.randn(8, 4))
    loss = nn.functional.cross_entropy(logits, torch.randint(0, 2, (8,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
