"""Pairs of pictures, one after the other: first an autoencoder of the first, then what follows is predicted."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(51)
before = torch.randn(640, 20)
after = before.roll(1, 1) + 0.1 * torch.randn_like(before)
loader = DataLoader(TensorDataset(before, after), batch_size=32, shuffle=True)
encoder, decoder, follows = nn.Linear(20, 12), nn.Linear(12, 20), nn.Linear(12, 12)
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters(), *follows.parameters()], lr=3e-3)
for _ in range(2):
    for now, _ in loader:
        loss = nn.functional.mse_loss(decoder(encoder(now)), now) + 1e-4 * follows.weight.square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
for _ in range(2):
    for now, following in loader:
        loss = nn.functional.mse_loss(decoder(follows(encoder(now))), following)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
