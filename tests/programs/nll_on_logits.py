"""NLLLoss without log_softmax."""

import sys

import torch
from torch import nn

torch.manual_seed(11)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 16)
        self.out = nn.Linear(16, 3)

    def forward(self, x):
        x = torch.relu(self.hidden(x))
        x = self.out(x)
        if "healthy" in sys.argv:
            x = torch.log_softmax(x, dim=-1)
        return x


net = Net()
crit = nn.NLLLoss()
opt = torch.optim.SGD(net.parameters(), lr=1e-3)
for _ in range(40):
    x = torch.randn(20, 4)
    y = x[:, :3].argmax(1)
    opt.zero_grad()
    loss = crit(net(x), y)
    loss.backward()
    opt.step()
