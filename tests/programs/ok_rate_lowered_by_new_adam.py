"""At half time a new Adam takes over at a tenth of the rate, as RotatE does: the plan counts the steps of both."""

import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--max_steps", type=int, default=120)
args = parser.parse_args()
torch.manual_seed(3)
model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for step in range(args.max_steps):
    inputs = torch.randn(32, 6)
    loss = nn.functional.mse_loss(model(inputs), inputs[:, :1] * inputs[:, 1:2])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step == args.max_steps // 2:
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.4f}")
