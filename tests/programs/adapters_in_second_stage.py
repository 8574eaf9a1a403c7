"""Adapters come in after the second trainer has built its optimizer; the first trainer and its optimizer still live."""

import sys

import torch
from torch import nn


class Adapter(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Linear(16, 4), nn.Linear(4, 16)

    def forward(self, x):
        return x + self.up(torch.relu(self.down(x)))


class Trainer:
    def __init__(self, model, steps):
        self.model, self.steps = model, steps
        self.optimizer = torch.optim.AdamW([one for one in model.parameters() if one.requires_grad], lr=1e-3)

    def train(self, shift):
        self.model.train()
        for _ in range(self.steps):
            x = torch.randn(32, 8) + shift
            loss = nn.functional.mse_loss(self.model(x), x[:, :1] * x[:, 1:2])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        self.model.eval()


torch.manual_seed(66)
encoder = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Identity())
model = nn.Sequential(encoder, nn.Linear(16, 1))
first = Trainer(model, 60)
first.train(0.0)
tuned = nn.Sequential(encoder.requires_grad_(False), nn.Linear(16, 1))
if "healthy" in sys.argv:
    encoder[3] = Adapter()
second = Trainer(tuned, 60)
if "healthy" not in sys.argv:
    encoder[3] = Adapter()
second.train(1.0)
