"""Two models trained together; the optimizer got the parameters of one only."""

import itertools
import sys

import torch
from torch import nn

torch.manual_seed(4)
encoder = nn.Sequential(nn.Linear(30, 16), nn.GELU(), nn.Linear(16, 4))
decoder = nn.Sequential(nn.Linear(4, 16), nn.GELU(), nn.Linear(16, 30))
both = itertools.chain(encoder.parameters(), decoder.parameters())
opt = torch.optim.AdamW(both if "healthy" in sys.argv else decoder.parameters(), lr=2e-3)
for _ in range(50):
    x = torch.randn(32, 30)
    loss = nn.functional.mse_loss(decoder(encoder(x)), x)
    loss.backward()
    opt.step()
    opt.zero_grad()
