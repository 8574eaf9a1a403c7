"""The partial likelihood of proportional hazards: each event against all that are still at risk, by a mask of pairs."""

import torch
from torch import nn

torch.manual_seed(12)
features = torch.randn(400, 6)
times = torch.distributions.Exponential(torch.exp(features[:, 0] * 0.8)).sample()
seen = torch.rand(400) < 0.7
model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
for step in range(80):
    rows = torch.randperm(400)[:64]
    score = model(features[rows])
    risk = score.squeeze(1).exp()
    at_risk = (times[rows][None, :] >= times[rows][:, None]).float()
    weighed = (risk * at_risk).sum(1, keepdim=True)
    loss = -((score - weighed.log()) * seen[rows].float()[:, None]).sum() / seen[rows].sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
