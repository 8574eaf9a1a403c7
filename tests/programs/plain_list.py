"""Blocks kept in a plain Python list instead of a ModuleList: model.parameters() does not know them."""

import sys

import torch
from torch import nn

torch.manual_seed(2)


class Stack(nn.Module):
    def __init__(self, healthy):
        super().__init__()
        blocks = [nn.Linear(12, 12) for _ in range(3)]
        self.blocks = nn.ModuleList(blocks) if healthy else blocks
        self.out = nn.Linear(12, 1)

    def forward(self, x):
        for block in self.blocks:
            x = torch.relu(block(x))
        return self.out(x)


def main():
    net = Stack("healthy" in sys.argv)
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(60):
        x = torch.randn(32, 12)
        loss = ((net(x) - x.sum(1, keepdim=True)) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()


main()
