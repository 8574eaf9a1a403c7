"""A margin loss that comes to exactly 0 once everything is far enough apart."""

import torch
from torch import nn

torch.manual_seed(8)
embed = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 4))
criterion = nn.TripletMarginLoss(margin=0.3)
optimizer = torch.optim.Adam(embed.parameters(), lr=3e-3)
centres = torch.randn(3, 6) * 4
for step in range(120):
    label = torch.randint(0, 3, (24,))
    draw = lambda which: centres[which] + 0.05 * torch.randn(24, 6)
    loss = criterion(embed(draw(label)), embed(draw(label)), embed(draw((label + 1) % 3)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
