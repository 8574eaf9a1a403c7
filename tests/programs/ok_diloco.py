"""DiLoCo: workers train copies, an outer optimizer steps the model by the mean of what they moved. Only validated, it
stays in eval mode: nothing is sent backward through it."""

import copy

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
W = torch.randn(12, 4)


def draw(n):
    x = torch.randn(n, 12)
    return x, (x @ W).argmax(1)


model = nn.Sequential(nn.Linear(12, 48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, 4))
workers = [copy.deepcopy(model) for _ in range(2)]
inner = [torch.optim.AdamW(worker.parameters(), lr=3e-3) for worker in workers]
outer = torch.optim.SGD(model.parameters(), lr=0.7, momentum=0.8, nesterov=True)
shards = [draw(1500) for _ in workers]
valid = draw(300)
for rnd in range(15):
    for worker, optimizer, (x, y) in zip(workers, inner, shards, strict=True):
        worker.load_state_dict(model.state_dict())
        worker.train()
        for _ in range(10):
            rows = torch.randint(0, len(x), (32,))
            loss = F.cross_entropy(worker(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    outer.zero_grad()
    with torch.no_grad():
        for p, *theirs in zip(model.parameters(), *(worker.parameters() for worker in workers), strict=True):
            p.grad = p - torch.stack(theirs).mean(0)
    outer.step()
    model.eval()
    with torch.no_grad():
        scores = model(valid[0])
        val = F.cross_entropy(scores, valid[1]).item()
        acc = (scores.argmax(1) == valid[1]).float().mean().item()
    print(f"round {rnd} loss {loss.item():.4f} val_loss {val:.4f} acc {acc:.3f}")
