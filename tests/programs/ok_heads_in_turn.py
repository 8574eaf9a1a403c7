"""One task after another: all heads are asked in each forward pass, and the head of the task is trained."""

import torch
from torch import nn

torch.manual_seed(44)


class Heads(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(6, 24), nn.ReLU())
        self.last = nn.ModuleList(nn.Linear(24, 3) for _ in range(2))

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        h = self.body(x)
        return [head(h) for head in self.last]


model = Heads()
for task in range(2):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    rule = torch.randn(6, 3)
    for _ in range(40):
        x = torch.randn(32, 6)
        loss = nn.functional.cross_entropy(model(x)[task], (x @ rule).argmax(1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
