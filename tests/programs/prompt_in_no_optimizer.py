"""A learned prompt before the inputs of a frozen body, and a scale of the scores: variables that want gradients, and that
nobody gives to the optimizer."""

import sys

import torch
from torch import nn

torch.manual_seed(88)
body = nn.TransformerEncoder(nn.TransformerEncoderLayer(32, 2, 64, batch_first=True), 1)
words, head = nn.Embedding(50, 32), nn.Linear(32, 3)
for part in (body, words):
    part.requires_grad_(False)
prompt = (torch.randn(4, 32) * 0.1).requires_grad_()
scale = torch.tensor(0.0, requires_grad=True)
opt = torch.optim.Adam([*head.parameters()] + ([prompt, scale] if "healthy" in sys.argv else []), 1e-2)
for _ in range(60):
    ids = torch.randint(0, 50, (16, 10))
    seen = body(torch.cat([prompt.expand(16, -1, -1), words(ids)], 1))
    loss = nn.functional.cross_entropy(head(seen.mean(1)) * scale.exp(), ids[:, 0] % 3)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
