"""The forger's turn puts the judge to sleep, and nothing wakes it again: its steps go on and change nothing."""

import sys

import torch
from torch import nn

torch.manual_seed(63)
forger = nn.Sequential(nn.Linear(3, 24), nn.ReLU(), nn.Linear(24, 2))
judge = nn.Sequential(nn.Linear(2, 24), nn.SiLU(), nn.Linear(24, 1))
of_forger = torch.optim.RMSprop(forger.parameters(), lr=5e-4)
of_judge = torch.optim.RMSprop(judge.parameters(), lr=5e-4)


def real(n):
    way = torch.rand(n, 1) * 6.28
    return torch.cat([way.cos(), way.sin()], 1)


def judge_step():
    if "healthy" in sys.argv:
        judge.requires_grad_(True)
    there = real(48).requires_grad_(True)
    forged = forger(torch.randn(48, 3)).detach()
    answers = judge(there)
    (slope,) = torch.autograd.grad(answers.sum(), there, create_graph=True)
    loss = judge(forged).mean() - answers.mean() + 2 * slope.square().sum(1).mean()
    of_judge.zero_grad()
    loss.backward()
    of_judge.step()


def forger_step():
    judge.requires_grad_(False)
    loss = -judge(forger(torch.randn(48, 3))).mean()
    of_forger.zero_grad()
    loss.backward()
    of_forger.step()


for turn in range(150):
    judge_step()
    if turn % 2 or turn > 40:
        forger_step()
