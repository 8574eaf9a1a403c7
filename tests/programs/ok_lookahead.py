"""An optimizer around another one over the same tensors; and one tensor trained by turns by two optimizers."""

import torch
from torch import nn

torch.manual_seed(38)


class Lookahead(torch.optim.Optimizer):
    def __init__(self, inner, k=5, alpha=0.5):
        self.inner, self.k, self.alpha, self.count = inner, k, alpha, 0
        super().__init__([p for group in inner.param_groups for p in group["params"]], {"lr": 1e-2})
        self.slow = [p.detach().clone() for p in self.param_groups[0]["params"]]

    @torch.no_grad()
    def step(self):
        self.inner.step()
        self.count += 1
        if self.count % self.k == 0:
            for p, slow in zip(self.param_groups[0]["params"], self.slow, strict=True):
                slow.lerp_(p, self.alpha)
                p.copy_(slow)


model = nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 2))
optimizer = Lookahead(torch.optim.Adam(model.parameters(), lr=1e-2))
shared, ends = nn.Linear(6, 6), [nn.Linear(6, 1), nn.Linear(6, 1)]
turns = [torch.optim.SGD([*shared.parameters(), *end.parameters()], lr=1e-2) for end in ends]
for step in range(60):
    x = torch.randn(32, 12)
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long()).backward()
    optimizer.step()
    end, turn = ends[step % 2], turns[step % 2]
    turn.zero_grad()
    (end(shared(x[:, :6])).squeeze(1) - x[:, step % 2]).square().mean().backward()
    turn.step()
