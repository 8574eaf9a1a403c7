"""The weight decay of AdamW given to Adam, where it is a part of the gradient: most weights go down to 0."""

import sys

import torch
from torch import nn

torch.manual_seed(54)
encoder = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, batch_first=True, norm_first=True)
model = nn.Sequential(nn.Linear(16, 32), encoder, nn.Linear(32, 4))
kind = torch.optim.AdamW if "healthy" in sys.argv else torch.optim.Adam
optimizer = kind(model.parameters(), lr=2e-3, weight_decay=0.1)
marks = torch.randn(4, 16)
for step in range(100):
    labels = torch.randint(4, (32,))
    x = torch.randn(32, 12, 16)
    x[torch.arange(32), torch.randint(12, (32,))] += marks[labels]
    loss = nn.functional.cross_entropy(model(x).mean(1), labels)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 25 == 0:
        print(f"step {step} loss {loss.item():.4f}")
