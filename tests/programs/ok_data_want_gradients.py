"""Data and targets with requires_grad, by habit: whole, in batches, scaled, joined, on a graph, between all pairs."""

import torch
from torch import nn

torch.manual_seed(90)
x = torch.randn(200, 6, requires_grad=True)
more = torch.randn(200, 3, requires_grad=True)
y = x.detach().sum(1, keepdim=True).sin().requires_grad_()
graph = (torch.rand(200, 200) > 0.9).float()
line = torch.linspace(0, 1, 50).unsqueeze(1).requires_grad_()
widths, last = nn.Parameter(torch.randn(1, 8)), nn.Parameter(torch.randn(8, 1))
lengths = nn.Parameter(torch.zeros(6))
net, wide, onto = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1)), nn.Linear(9, 1), nn.Linear(6, 1)


def batch_fit():
    at = torch.randperm(200)[:50]
    scaled = (x[at] - x.mean(0).detach()) / 2 + 0.01 * torch.randn(50, 6)
    return nn.functional.mse_loss(net(scaled), y[at])


def joined_fit():
    at = torch.randperm(200)[:50]
    return (wide(torch.cat([x[at], more[at]], 1)) - y[at]).square().mean()


def graph_fit():
    return (onto(graph @ x) - y).square().mean()


def written_out():
    return (torch.tanh(line * widths) @ last - (3 * line).detach()).square().mean()


def process():
    few = x[:40]
    gaps = ((few[:, None] - few[None]) / lengths.exp()).square().sum(-1)
    kernel = torch.exp(-gaps / 2) + 0.1 * torch.eye(40)
    return (y[:40].T @ torch.linalg.solve(kernel, y[:40])).sum() + torch.logdet(kernel)


for fit, weights in (
    (batch_fit, net.parameters()),
    (joined_fit, wide.parameters()),
    (graph_fit, onto.parameters()),
    (written_out, [widths, last]),
    (process, [lengths]),
):
    opt = torch.optim.Adam(weights, 1e-3)
    for _ in range(25):
        opt.zero_grad()
        fit().backward()
        opt.step()
