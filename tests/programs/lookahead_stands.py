"""Lookahead whose slow weights are moved as a copy that nobody keeps: each time the model goes back towards its start."""

import sys

import torch
from torch import nn

healthy = "healthy" in sys.argv
every = int(sys.argv[-1]) if sys.argv[-1].isdigit() else 6
torch.manual_seed(42)


class SlowWeights:
    def __init__(self, params, every, share=0.5):
        self.params, self.every, self.share = list(params), every, share
        self.kept = {i: p.detach().clone() for i, p in enumerate(self.params)}
        self.steps = 0

    @torch.no_grad()
    def after_step(self):
        self.steps += 1
        if self.steps % self.every:
            return
        for i, p in enumerate(self.params):
            slow = self.kept[i] + self.share * (p - self.kept[i])
            if healthy:
                self.kept[i] = slow
            p.copy_(slow)


x = torch.randn(900, 14)
y = (x @ torch.randn(14, 6)).argmax(1)
model = nn.Sequential(nn.Linear(14, 40), nn.Tanh(), nn.Linear(40, 6))
optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
slow = SlowWeights(model.parameters(), every)
for step in range(150):
    rows = torch.randint(0, 900, (48,))
    loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    slow.after_step()
