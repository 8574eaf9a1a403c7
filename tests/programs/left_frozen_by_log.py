"""What writes embeddings to the log switches the gradients of the encoder off, and leaves them so."""

import sys

import torch
from torch import nn

torch.manual_seed(95)
encoder = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU())
head = nn.Linear(16, 3)
held_out = torch.randn(200, 10)


def log_embeddings():
    for p in encoder.parameters():
        p.requires_grad_(False)
    print("spread", float(encoder(held_out).std(0).mean()))
    for p in encoder.parameters():
        p.requires_grad_("healthy" in sys.argv)


opt = torch.optim.Adam([*encoder.parameters(), *head.parameters()], 1e-3)
for step in range(120):
    if step == 50:
        log_embeddings()
    x = torch.randn(32, 10)
    loss = nn.functional.cross_entropy(head(encoder(x)), (x[:, 0] > 0).long() + (x[:, 1] > 0).long())
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
