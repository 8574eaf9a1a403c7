"""Monte Carlo dropout in validation, with the same masks each time from a forked generator."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(400, 4)
y = x[:, :1] * x[:, 1:2] + 0.1 * torch.randn(400, 1)
train = DataLoader(TensorDataset(x[:320], y[:320]), batch_size=32, shuffle=True)
held_out = DataLoader(TensorDataset(x[320:], y[320:]), batch_size=40)
model = nn.Sequential(nn.Linear(4, 48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, 1))
opt = torch.optim.Adam(model.parameters(), lr=5e-3)


def validate():
    error = 0.0
    with torch.random.fork_rng():
        torch.manual_seed(99)
        for features, target in held_out:
            with torch.no_grad():
                draws = torch.stack([model(features) for _ in range(10)])
            error += nn.functional.mse_loss(draws.mean(0), target).item()
    return error / len(held_out)


for epoch in range(12):
    for features, target in train:
        loss = nn.functional.mse_loss(model(features), target)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(f"epoch {epoch} train_loss {loss.item():.4f} val_loss {validate():.4f}")
