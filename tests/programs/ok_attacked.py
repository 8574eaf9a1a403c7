"""Adversarial training: the attack goes uphill on the input, the step downhill on the weights."""

import torch
import torch.nn.functional as F

torch.manual_seed(25)
model = torch.nn.Sequential(torch.nn.Linear(8, 32), torch.nn.ReLU(), torch.nn.Linear(32, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for step in range(60):
    x = torch.randn(32, 8)
    y = (x.sum(1) > 0).long()
    delta = torch.zeros_like(x, requires_grad=True)
    attack = torch.optim.SGD([delta], lr=0.1)
    for _ in range(3):
        attack.zero_grad()
        (-F.cross_entropy(model(x + delta), y)).backward()
        attack.step()
    optimizer.zero_grad()
    F.cross_entropy(model(x + delta.detach()), y).backward()
    optimizer.step()
