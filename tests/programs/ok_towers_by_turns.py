"""Two towers that learn by turns of thirty steps, each while the answers of the other are taken as they are."""

import torch
from torch import nn

torch.manual_seed(83)
towers = nn.ModuleList([nn.Sequential(nn.Linear(12, 24), nn.Tanh(), nn.Linear(24, 8)) for _ in range(2)])
scale = nn.Parameter(torch.tensor(1.0))
opt = torch.optim.Adam([*towers.parameters(), scale], lr=2e-3)
views = torch.randn(2, 6, 12)
for step in range(240):
    z = torch.randn(24, 6)
    both = [tower(z @ view) for tower, view in zip(towers, views)]
    rests = step // 30 % 2
    both[rests] = both[rests].detach()
    first, second = (nn.functional.normalize(one, dim=1) for one in both)
    loss = nn.functional.cross_entropy(scale.exp() * first @ second.T, torch.arange(24))
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
