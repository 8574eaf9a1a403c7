"""Steps by hand with torch.autograd.grad, whose list of weights leaves a layer of the model out."""

import sys

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.mix, self.head = nn.Linear(8, 32), nn.Linear(32, 32), nn.Linear(32, 1)

    def forward(self, x):
        return self.head(torch.tanh(self.mix(torch.tanh(self.embed(x)))))


torch.manual_seed(81)
net = Net()
trained = list(net.parameters()) if "healthy" in sys.argv else [*net.embed.parameters(), *net.head.parameters()]
x = torch.randn(512, 8)
y = (x[:, :1] * x[:, 1:2]).sin()
for _ in range(80):
    at = torch.randint(0, 512, (64,))
    loss = (net(x[at]) - y[at]).square().mean()
    with torch.no_grad():
        for weight, gradient in zip(trained, torch.autograd.grad(loss, trained)):
            weight -= 0.05 * gradient
print(loss.item())
