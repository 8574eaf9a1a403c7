"""A short training, after which the Fisher information is summed over the samples one by one."""

import torch
from torch import nn

torch.manual_seed(3)
net = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 3))
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
x = torch.randn(300, 8)
y = x[:, :3].argmax(1)
for _ in range(6):
    for at in torch.randperm(300).split(20):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x[at]), y[at]).backward()
        optimizer.step()
fisher = {name: torch.zeros_like(p) for name, p in net.named_parameters()}
net.eval()
for one, label in zip(x, y):
    optimizer.zero_grad()
    nn.functional.cross_entropy(net(one[None]), label[None]).backward()
    for name, p in net.named_parameters():
        fisher[name] += p.grad.square()
print(sum(value.sum().item() for value in fisher.values()))
