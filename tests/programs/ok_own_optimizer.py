"""Part of the model is trained by an optimizer that is not torch's, part by hand."""

import torch
from torch import nn

torch.manual_seed(29)


class Sign:
    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr

    @torch.no_grad()
    def step(self):
        for parameter in self.params:
            parameter -= self.lr * parameter.grad.sign()

    def zero_grad(self):
        for parameter in self.params:
            parameter.grad = None


model = nn.Sequential(nn.Linear(6, 12), nn.Tanh(), nn.Linear(12, 12), nn.Tanh(), nn.Linear(12, 1))
first, own = torch.optim.SGD(model[0].parameters(), lr=0.05), Sign(model[2].parameters(), 1e-3)
for _ in range(60):
    x = torch.randn(16, 6)
    first.zero_grad()
    own.zero_grad()
    model[4].zero_grad()
    nn.functional.mse_loss(model(x), x.sum(1, keepdim=True)).backward()
    first.step()
    own.step()
    for parameter in model[4].parameters():
        parameter.data -= 0.01 * parameter.grad
