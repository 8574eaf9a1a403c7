"""Gradients by torch.autograd.grad for one part at a time: a critic that warms up alone, and copies of a model of which
the head adapts to each task before the whole of it is stepped."""

import copy

import torch
from torch import nn

torch.manual_seed(84)


def descend(weights, loss):
    with torch.no_grad():
        for weight, gradient in zip(weights, torch.autograd.grad(loss, weights)):
            weight -= 0.02 * gradient


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Sequential(nn.Linear(1, 32), nn.Tanh()), nn.Linear(32, 1)

    def forward(self, x):
        return self.head(self.body(x))


maker = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
critic = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
judge = nn.functional.binary_cross_entropy_with_logits
for step in range(24):
    real, made = torch.randn(32, 2) + 1, maker(torch.randn(32, 4))
    told = judge(critic(real), torch.ones(32, 1)) + judge(critic(made), torch.zeros(32, 1))
    descend(list(critic.parameters()), told)
    if step >= 18:
        descend(list(maker.parameters()), -judge(critic(maker(torch.randn(32, 4))), torch.zeros(32, 1)))

net = Net()
optimizer = torch.optim.Adam(net.parameters(), 1e-3)
for _ in range(6):
    optimizer.zero_grad()
    for _ in range(2):
        phase, learner, x = torch.rand(1) * 3, copy.deepcopy(net), torch.rand(20, 1) * 4
        for _ in range(15):
            descend(list(learner.head.parameters()), nn.functional.mse_loss(learner(x), torch.sin(x + phase)))
        loss = nn.functional.mse_loss(learner(x), torch.sin(x + phase))
        for weight, gradient in zip(net.parameters(), torch.autograd.grad(loss, list(learner.parameters()))):
            weight.grad = gradient if weight.grad is None else weight.grad + gradient
    optimizer.step()
print(loss.item())
