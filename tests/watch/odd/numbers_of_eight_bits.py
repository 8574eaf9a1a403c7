"""float8, whole numbers and truth values among what the optimizer holds."""

import torch
from late import noise, train
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.out = nn.Linear(8, 8), nn.Linear(8, 1)
        self.scale = nn.Parameter(torch.randn(8, 8).to(torch.float8_e4m3fn), requires_grad=False)
        self.order = nn.Parameter(torch.arange(8), requires_grad=False)
        self.kept = nn.Parameter(torch.ones(8, dtype=torch.bool), requires_grad=False)

    def forward(self, x):
        hidden = torch.relu(self.first(x))[:, self.order] @ self.scale.float()
        return self.out(self.adapter(hidden * self.kept))


torch.manual_seed(0)
model = Net()
optimizer = torch.optim.Adam(model.parameters())
model.adapter = nn.Linear(8, 8)
train(model, optimizer, noise())
