"""A density of data on a thin sheet, by a Gaussian with a scale that is learnt: its log likelihood goes far above 0."""

import torch
from torch import nn

torch.manual_seed(6)
mean, log_s = nn.Linear(4, 40), nn.Parameter(torch.zeros(40))
truth = torch.randn(4, 40)
optimizer = torch.optim.Adam([*mean.parameters(), log_s], lr=2e-2)
for step in range(400):
    x = torch.randn(64, 4)
    y = x @ truth + 1e-3 * torch.randn(64, 40)
    nll = -torch.distributions.Normal(mean(x), log_s.exp()).log_prob(y).sum(1).mean()
    optimizer.zero_grad()
    nll.backward()
    optimizer.step()
print(nll.item())
