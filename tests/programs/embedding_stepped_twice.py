"""The embedding is in the optimizer of the encoder and in the one for all that is sparse."""

import sys

import torch
from torch import nn

torch.manual_seed(32)
embedding = nn.Embedding(60, 8)
encoder = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 2))
model = nn.ModuleDict({"embedding": embedding, "encoder": encoder})
dense = encoder.parameters() if "healthy" in sys.argv else model.parameters()
optimizers = [torch.optim.RMSprop(dense, lr=1e-3), torch.optim.Adagrad(embedding.parameters(), lr=1e-2)]
for _ in range(60):
    words = torch.randint(0, 60, (32, 6))
    loss = nn.functional.cross_entropy(encoder(embedding(words).mean(1)), (words.sum(1) > 180).long())
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()
    for optimizer in optimizers:
        optimizer.step()
