"""Reptile with many inner steps by one optimizer and a validation after each round: nine tenths are taken back."""

import torch
from torch import nn

torch.manual_seed(44)
net = nn.Sequential(nn.Linear(1, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.02)
held_out = torch.linspace(-3, 3, 50)[:, None]


def wave():
    height, phase = 0.5 + torch.rand(1) * 2, torch.rand(1) * 3
    return lambda x: height * torch.sin(x + phase)


average_loss = 0.0
for turn in range(24):
    y = wave()
    old = [p.detach().clone() for p in net.parameters()]
    for _ in range(22):
        x = torch.rand(20, 1) * 6 - 3
        loss = nn.functional.mse_loss(net(x), y(x))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    average_loss += 0.1 * (loss.item() - average_loss)
    with torch.no_grad():
        for p, start in zip(net.parameters(), old, strict=True):
            p.copy_(start + 0.12 * (p - start))
    net.eval()
    with torch.no_grad():
        score = nn.functional.mse_loss(net(held_out), wave()(held_out))
    net.train()
    print(f"{turn} {average_loss:.3f} {score.item():.3f}")
