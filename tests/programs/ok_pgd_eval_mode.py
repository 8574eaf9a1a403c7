"""PGD training: the attack in eval mode by backward(), the step in train mode."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(20, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 4))
W = torch.randn(20, 4)
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)


def pgd(x, y, eps=0.2, alpha=0.05, steps=7):
    net.eval()
    adv = (x + torch.empty_like(x).uniform_(-eps, eps)).detach()
    for _ in range(steps):
        adv.requires_grad_()
        net.zero_grad()
        F.cross_entropy(net(adv), y).backward()
        adv = adv.detach() + alpha * adv.grad.sign()
        adv = x + (adv - x).clamp(-eps, eps)
    net.train()
    return adv.detach()


for step in range(60):
    x = torch.randn(64, 20)
    y = (x @ W).argmax(1)
    adv = pgd(x, y)
    loss = F.cross_entropy(net(adv), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 10 == 0:
        print(f"step {step} loss {loss.item():.4f}")
