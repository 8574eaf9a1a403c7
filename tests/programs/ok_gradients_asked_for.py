"""torch.autograd.grad for many ends: steps to worse weights and back (SAM), forgetting what was learnt, a hyperparameter
stepped once in many steps, a likelihood climbed, a critic that warms up, and learners of which the head alone adapts."""

import torch
from torch import nn

torch.manual_seed(83)


def move(weights, loss, rate):
    with torch.no_grad():
        for weight, gradient in zip(weights, torch.autograd.grad(loss, weights)):
            weight += rate * gradient


x = torch.randn(256, 8)
labels = (x[:, 0] > 0).long() + (x[:, 1] > 0).long()
net = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 3))
weights = list(net.parameters())
for _ in range(12):
    before = [weight.detach().clone() for weight in weights]
    move(weights, nn.functional.cross_entropy(net(x), labels), 0.05)
    gradients = torch.autograd.grad(nn.functional.cross_entropy(net(x), labels), weights)
    with torch.no_grad():
        for weight, kept, gradient in zip(weights, before, gradients):
            weight.copy_(kept - 0.1 * gradient)
for _ in range(15):
    move(weights, nn.functional.cross_entropy(net(x), labels), -0.1)
for _ in range(12):
    move(weights, nn.functional.cross_entropy(net(x[:20]), labels[:20]), 0.01)

decay = torch.zeros(8, requires_grad=True)
for _ in range(2):
    w, b = torch.zeros(8, 1, requires_grad=True), torch.zeros(1, requires_grad=True)
    for _ in range(20):
        fit = ((x @ w + b - x[:, :1]) ** 2).mean() + (decay.exp().unsqueeze(1) * w**2).mean()
        move([w, b], fit, -0.05)
    move([decay], (decay.exp().unsqueeze(1) * w**2).mean(), 0.1)

middle, spread = torch.zeros(3, requires_grad=True), torch.zeros(3, requires_grad=True)
for _ in range(20):
    likelihood = torch.distributions.Normal(middle, spread.exp()).log_prob(torch.randn(200, 3) + 1).mean()
    move([middle, spread], likelihood, 0.1)
