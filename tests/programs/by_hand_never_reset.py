"""Steps by hand that never zero the gradients."""

import sys

import torch

torch.manual_seed(32)
model = torch.nn.Linear(4, 1)
for step in range(40):
    x = torch.randn(16, 4)
    loss = (model(x) - x[:, :1]).abs().mean()
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p.sub_(0.001 * p.grad)
            if "healthy" in sys.argv:
                p.grad.zero_()
