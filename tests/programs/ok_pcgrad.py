"""PCGrad: the gradients of three tasks are taken one by one, projected, then one step."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(12, 64), nn.ReLU())
        self.h1, self.h2, self.h3 = nn.Linear(64, 2), nn.Linear(64, 2), nn.Linear(64, 1)

    def forward(self, x):
        h = self.trunk(x)
        return self.h1(h), self.h2(h), self.h3(h)


net = Net()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
a, b, c = torch.randn(12), torch.randn(12), torch.randn(12)
shared = list(net.parameters())
for step in range(80):
    x = torch.randn(64, 12)
    grads = []
    for k in range(3):
        opt.zero_grad()
        o = net(x)
        losses = [
            F.cross_entropy(o[0], (x @ a > 0).long()),
            F.cross_entropy(o[1], (x @ b > 0).long()),
            F.mse_loss(o[2].squeeze(1), x @ c),
        ]
        losses[k].backward()
        grads.append([torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in shared])
    flat = [torch.cat([g.flatten() for g in gs]) for gs in grads]
    new = [f.clone() for f in flat]
    for i in range(3):
        for j in torch.randperm(3).tolist():
            d = new[i] @ flat[j]
            if i != j and d < 0:
                new[i] -= d / flat[j].norm() ** 2 * flat[j]
    total, at = sum(new), 0
    opt.zero_grad()
    for p in shared:
        p.grad = total[at : at + p.numel()].view_as(p).clone()
        at += p.numel()
    opt.step()
    if step % 25 == 0:
        print(f"step {step} loss {sum(losses).item():.4f}")
