"""Elastic weight consolidation: between two tasks the Fisher information is taken sample by sample, without a step."""

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(2)
model = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
tasks = []
for _ in range(3):
    x = torch.randn(640, 16)
    tasks.append((x[:, torch.randperm(16)], (x[:, :4] + 0.5 * torch.randn(640, 4)).argmax(1)))


def fisher(rows):
    found = [torch.zeros_like(p) for p in model.parameters()]
    model.eval()
    for row in rows:
        model.zero_grad()
        scores = model(row[None])
        F.nll_loss(F.log_softmax(scores, 1), scores.argmax(1)).backward()
        for sums, p in zip(found, model.parameters()):
            sums += p.grad**2 / len(rows)
    return found


penalty = None
for task, (x, y) in enumerate(tasks):
    for epoch in range(8):
        model.train()
        for rows in torch.randperm(640).split(32):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            if penalty is not None:
                kept = sum((f * (p - old) ** 2).sum() for f, p, old in zip(penalty[0], model.parameters(), penalty[1]))
                loss = loss + 50 * kept
            loss.backward()
            optimizer.step()
    print(f"task {task} loss {loss.item():.3f}")
    if task < 2:
        penalty = fisher(x[:250]), [p.detach().clone() for p in model.parameters()]
