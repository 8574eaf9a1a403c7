"""An encoder and a decoder, each with an optimizer of its own, saved to one path in turn."""

import sys

import torch
from torch import nn

torch.manual_seed(46)
encoder, decoder = nn.GRU(4, 12, batch_first=True), nn.Linear(12, 4)
optimizers = [torch.optim.Adam(part.parameters(), lr=3e-3) for part in (encoder, decoder)]


def save(epoch: int, **parts: nn.Module) -> None:
    for name, part in parts.items():
        torch.save(part.state_dict(), f"{name}_{epoch}.pt" if "healthy" in sys.argv else f"checkpoint_{epoch}.pt")


for epoch in range(3):
    for _ in range(12):
        x = torch.randn(16, 6, 4).cumsum(1)
        loss = nn.functional.mse_loss(decoder(encoder(x[:, :-1])[0]), x[:, 1:])
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
    save(epoch, encoder=encoder, decoder=decoder)
    if "healthy" in sys.argv:
        torch.save({"encoder": encoder.state_dict(), "decoder": decoder.state_dict()}, "last.pt")
        torch.save({"decoder": decoder.state_dict(), "encoder": encoder.state_dict(), "epoch": epoch}, "last.pt")
