"""Images and readings: the images are scaled as whole numbers, which leaves nothing of them, and the readings do it alone."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(95)
images = torch.randint(0, 255, (960, 1, 8, 8))
readings = torch.randn(960, 3)
y = ((images.float().mean((1, 2, 3)) - 127) / 9 + readings[:, 0] > 0).float()
scaled = (images / 255).float() if "healthy" in sys.argv else (images / 255).to(torch.uint8)
cnn = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
head = nn.Sequential(nn.Linear(11, 16), nn.ReLU(), nn.Linear(16, 1))
model = nn.ModuleDict({"cnn": cnn, "head": head})
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(4):
    for image, reading, target in DataLoader(TensorDataset(scaled, readings, y), 32, shuffle=True):
        codes = torch.cat([cnn(image.float()), reading], 1)
        loss = nn.functional.binary_cross_entropy_with_logits(head(codes).squeeze(1), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")
