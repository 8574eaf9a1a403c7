"""Large steps that are right: factors that begin near 0 under Adam at 0.1, and a convex fit by SGD at a rate of 1."""

import torch
from torch import nn

torch.manual_seed(35)
wanted = torch.randn(30, 4) @ torch.randn(4, 20)


class Factors(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Parameter(1e-3 * torch.randn(30, 4))
        self.right = nn.Parameter(1e-3 * torch.randn(4, 20))

    def forward(self):
        return self.left @ self.right


factors = Factors()
optimizer = torch.optim.Adam(factors.parameters(), lr=0.1)
for _ in range(120):
    loss = (factors() - wanted).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())

x = torch.randn(200, 6)
y = (x[:, 0] > 0).float()
line = nn.Linear(6, 1)
nn.init.zeros_(line.weight)
optimizer = torch.optim.SGD(line.parameters(), lr=1.0)
for _ in range(120):
    loss = nn.functional.binary_cross_entropy_with_logits(line(x).squeeze(1), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
