"""A layer that keeps by ``requires_grad`` whether its mixing is learnt, which it is not; all else is trained."""

import torch
from torch import nn

torch.manual_seed(85)


class Mixed(nn.Module):
    def __init__(self, width, requires_grad=False):
        super().__init__()
        self.layer = nn.Linear(width, width)
        self.share = nn.Parameter(torch.tensor(0.5)) if requires_grad else torch.tensor(0.5)
        self.requires_grad = requires_grad

    def forward(self, x):
        return x + self.share * self.layer(x).tanh()


class Scaled(Mixed):
    def forward(self, x):
        return 0.9 * super().forward(x)


model = nn.Sequential(Mixed(8), Scaled(8), nn.Linear(8, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for step in range(60):
    x = torch.randn(32, 8)
    loss = nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
