"""F.dropout without training=self.training."""

import sys

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(4)


class Faulty(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(8, 32), nn.Linear(32, 4)
        self.norm = nn.LayerNorm(32)

    def forward(self, x):
        return self.b(F.dropout(self.norm(torch.relu(self.a(x))), 0.2))


class Healthy(Faulty):
    def forward(self, x):
        return self.b(F.dropout(self.norm(torch.relu(self.a(x))), 0.2, training=self.training))


model = Healthy() if "healthy" in sys.argv else Faulty()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
val = torch.randn(64, 8)
for epoch in range(6):
    model.train()
    for _ in range(8):
        x = torch.randn(16, 8)
        loss = F.cross_entropy(model(x), x[:, :4].argmax(1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.inference_mode():
        print(epoch, F.cross_entropy(model(val), val[:, :4].argmax(1)).item())
