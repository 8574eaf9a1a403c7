"""A denoiser whose loss compares its output with the noisy trace and not with the clean one beside it."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(49)
clean = torch.sin(torch.linspace(0, 9, 40) + 6 * torch.rand(640, 1))
noisy = clean + 0.4 * torch.randn_like(clean)
loader = DataLoader(TensorDataset(noisy, clean), batch_size=32, shuffle=True)
net = nn.Sequential(nn.Linear(40, 64), nn.GELU(), nn.Linear(64, 40))
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)


def epoch():
    for given, clean_half in loader:
        optimizer.zero_grad()
        nn.functional.mse_loss(net(given), clean_half).backward()
        optimizer.step()


def epoch_of_noise():
    for given, wanted in loader:
        optimizer.zero_grad()
        nn.functional.mse_loss(net(given), given).backward()
        optimizer.step()


for _ in range(3):
    epoch() if "healthy" in sys.argv else epoch_of_noise()
