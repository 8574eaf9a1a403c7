"""Pairs of all with all, on purpose: a contrastive loss and a distance matrix."""

import torch
import torch.nn.functional as F

torch.manual_seed(7)
encoder = torch.nn.Sequential(torch.nn.Linear(10, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1))
projector = torch.nn.Linear(10, 8)
optimizer = torch.optim.Adam([*encoder.parameters(), *projector.parameters()], lr=1e-3)
for step in range(50):
    x = torch.randn(16, 10)
    a, b = F.normalize(projector(x), dim=1), F.normalize(projector(x + 0.1 * torch.randn_like(x)), dim=1)
    nce = F.cross_entropy(a @ b.t() / 0.1, torch.arange(16))
    score = encoder(x).squeeze(1)
    gaps = score.unsqueeze(1) - score.unsqueeze(0)
    wanted = x[:, 0].unsqueeze(1) - x[:, 0].unsqueeze(0)
    loss = nce + ((gaps - wanted) ** 2).mean()
    optimizer.zero_grad(set_to_none=False)
    loss.backward()
    optimizer.step()
