"""A large offset that plain SGD does not move, for its gradient is next to nothing: it is where it should be."""

import torch
from torch import nn

torch.manual_seed(0)


class Offset(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.offset = nn.Parameter(torch.tensor(1.0e4))
        self.net = nn.Linear(4, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x).squeeze(-1) + self.offset * 1e-6


model = Offset()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
weights = torch.randn(4)
for _step in range(120):
    x = torch.randn(32, 4)
    loss = (model(x) - x @ weights - 1.0e-2).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
