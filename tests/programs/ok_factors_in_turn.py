"""One optimizer over two factors that are frozen in turn; the error on held-out cells is looked at after each turn."""

import torch
from torch import nn

torch.manual_seed(0)
rows, columns = torch.randn(80, 4), torch.randn(60, 4)
cells = rows @ columns.t() + 0.1 * torch.randn(80, 60)
known = torch.rand(80, 60) < 0.4


class Factors(nn.Module):
    def __init__(self):
        super().__init__()
        self.u = nn.Parameter(torch.randn(80, 4) * 0.1)
        self.v = nn.Parameter(torch.randn(60, 4) * 0.1)

    def forward(self):
        return self.u @ self.v.t()


model = Factors()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for turn in range(8):
    model.u.requires_grad_(turn % 2 == 0)
    model.v.requires_grad_(turn % 2 == 1)
    for _ in range(40):
        loss = ((model() - cells)[known] ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        print(turn, f"loss {loss.item():.4f} held out {((model() - cells)[~known] ** 2).mean().item():.4f}")
