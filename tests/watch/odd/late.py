"""What all of these have in common: a layer that is attached after the optimizer was built, and some steps."""

import torch


def train(model, optimizer, batches, steps=60):
    """``batches``: an endless iterator of inputs."""
    for _ in range(steps):
        x = next(batches)
        loss = (model(x) - x[:, :1]).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"{loss.item():.9f} {torch.rand(1).item():.9f}")


def noise():
    while True:
        yield torch.randn(16, 8)
