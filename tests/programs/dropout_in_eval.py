"""F.dropout without training=self.training; a layer of its own draws its weights where it is built."""

import sys

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(4)


class Mixing(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.reset_parameters()

    def reset_parameters(self):
        self.weight.data.uniform_(-(self.weight.shape[0] ** -0.5), self.weight.shape[0] ** -0.5)

    def forward(self, x):
        return x @ self.weight + self.bias


class Faulty(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = Mixing(8, 32), nn.Linear(32, 4)
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
