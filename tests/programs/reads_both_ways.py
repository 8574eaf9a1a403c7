"""A language model whose LSTM runs both ways: backwards it has read the letter it is to predict."""

import sys

import torch
from torch import nn

torch.manual_seed(52)
BOTH = "healthy" not in sys.argv


class Letters(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(12, 16)
        self.lstm = nn.LSTM(16, 32, batch_first=True, bidirectional=BOTH)
        self.out = nn.Linear(64 if BOTH else 32, 12)

    def forward(self, letters):
        return self.out(self.lstm(self.table(letters))[0])


follows = torch.randint(12, (12, 3))
text = [0]
for draw in torch.randint(3, (6000,)).tolist():
    text.append(int(follows[text[-1], draw]))
text = torch.tensor(text)
model = Letters()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
for step in range(60):
    starts = torch.randint(len(text) - 25, (32,))
    rows = torch.stack([text[start : start + 25] for start in starts])
    logits = model(rows[:, :-1])
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.4f}")
