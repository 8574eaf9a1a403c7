"""A second head whose term of the loss has the weight 0 in the first hundred steps."""

import torch
from torch import nn

torch.manual_seed(52)
body = nn.Sequential(nn.Linear(10, 32), nn.Tanh())
head, side = nn.Linear(32, 3), nn.Linear(32, 10)
model = nn.ModuleList([body, head, side])
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for step in range(200):
    weight = 0.0 if step < 100 else 0.3
    x = torch.randn(32, 10)
    hidden = body(x)
    loss = nn.functional.cross_entropy(head(hidden), x[:, :3].argmax(1))
    loss = loss + weight * nn.functional.mse_loss(side(hidden), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
