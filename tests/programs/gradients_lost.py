"""Now and then the gradients of one part are zeroed before the step."""

import sys

import torch
from torch import nn

torch.manual_seed(29)
model = nn.ModuleDict({"encoder": nn.Linear(8, 16), "decoder": nn.Linear(16, 8)})
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range(60):
    x = torch.randn(16, 8)
    loss = (model["decoder"](torch.tanh(model["encoder"](x))) - x).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    if "healthy" not in sys.argv and step % 5 == 4:
        for parameter in model["encoder"].parameters():
            parameter.grad.mul_(0)
    optimizer.step()
