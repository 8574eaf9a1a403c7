"""The mask of the loss is empty: the loss is exactly 0."""

import sys

import torch
from torch import nn

torch.manual_seed(12)
PAD = 0
embedding, rnn, head = nn.Embedding(30, 16), nn.GRU(16, 32, batch_first=True), nn.Linear(32, 30)
model = nn.ModuleDict({"embedding": embedding, "rnn": rnn, "head": head})
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range(30):
    tokens = torch.randint(1, 30, (8, 12))
    logits = head(rnn(embedding(tokens[:, :-1]))[0])
    losses = nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), reduction="none")
    keep = tokens[:, 1:] != PAD if "healthy" in sys.argv else tokens[:, 1:] == PAD
    keep = keep.flatten().float()
    loss = (losses * keep).sum() / keep.sum().clamp(min=1)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
