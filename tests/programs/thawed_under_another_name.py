"""Fine-tuning in two phases: the head alone, then the encoder with it. The flag that opens the encoder has another name."""

import sys

import torch
from torch import nn
from torch.nn import functional

torch.manual_seed(73)


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(10, 24), nn.ReLU(), nn.Linear(24, 12))
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(12, 3))
        self.encoder_frozen = True

    def forward(self, x):
        if self.encoder_frozen:
            with torch.no_grad():
                codes = self.encoder(x)
        else:
            codes = self.encoder(x)
        return self.head(codes)


def batch():
    x = torch.randn(32, 10)
    return x, x[:, :3].argmax(1)


model = Tagger()
optimizer = torch.optim.Adam(model.encoder.parameters(), lr=2e-3)
decoder = nn.Linear(12, 10)
optimizer.add_param_group({"params": decoder.parameters()})
for _ in range(120):
    x, _ = batch()
    loss = functional.mse_loss(decoder(model.encoder(x)), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
optimizer = torch.optim.Adam(model.head.parameters(), lr=2e-3)
for step in range(160):
    if step == 125:
        if "healthy" in sys.argv:
            model.encoder_frozen = False
        else:
            model.freeze_encoder = False
        optimizer.add_param_group({"params": model.encoder.parameters(), "lr": 5e-4})
    x, y = batch()
    loss = functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
