"""An image is sought that a trained classifier takes for a class; its decay keeps it small."""

import torch
from torch import nn

torch.manual_seed(2)
x = torch.rand(400, 64)
y = (x[:, :32].sum(1) > x[:, 32:].sum(1)).long()
model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for _ in range(150):
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("accuracy", (model(x).argmax(1) == y).float().mean().item())

model.requires_grad_(False)
image = (torch.rand(1, 64) * 0.2).requires_grad_(True)
ascent = torch.optim.SGD([image], lr=0.5, weight_decay=1e-2)
for i in range(60):
    loss = nn.functional.cross_entropy(model(image), torch.tensor([1]))
    ascent.zero_grad()
    loss.backward()
    ascent.step()
    if i % 10 == 0:
        print("iteration", i, "class loss", loss.item())
