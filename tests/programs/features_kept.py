"""Features are kept by sample to save time: from the second epoch on, what computes them is not trained any more."""

import sys

import torch
from torch import nn

torch.manual_seed(4)
HEALTHY = "healthy" in sys.argv
x = torch.randn(1500, 8)
y = (x[:, :1] * x[:, 1:2] > 0).float()


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 16), nn.Tanh())
        self.head = nn.Linear(16, 1)
        self.kept = {}

    def forward(self, rows):
        if not self.training or HEALTHY or rows[0].item() not in self.kept:
            features = self.encoder(x[rows])
            if self.training:
                self.kept.update(zip(rows.tolist(), features.detach()))
        else:
            features = torch.stack([self.kept[row] for row in rows.tolist()])
        return self.head(features)


model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(6):
    model.train()
    order = torch.arange(1500).roll(25 * epoch)
    for rows in order.split(25):
        loss = nn.functional.binary_cross_entropy_with_logits(model(rows), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        held = nn.functional.binary_cross_entropy_with_logits(model(torch.arange(100)), y[:100]).item()
    print(f"epoch {epoch} loss {loss.item():.4f} val_loss {held:.4f}")
