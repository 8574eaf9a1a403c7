"""Targets beyond the bounds of an output where a mask leaves them out, classes put last, and a side that is trained."""

import torch
from torch import nn

torch.manual_seed(55)
points = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 10))
classes = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 12))
code = nn.Linear(6, 4)
policy = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 3), nn.Tanh())
models = nn.ModuleList([points, classes, code, policy])
optimizer = torch.optim.Adam(models.parameters(), lr=3e-3)
for _ in range(80):
    x = torch.rand(48, 6)
    known = torch.rand(48, 10) > 0.5
    where = torch.where(known, x[:, :1].expand(48, 10), torch.full((48, 10), -1.0))
    masked = (nn.functional.mse_loss(torch.sigmoid(points(x)), where, reduction="none") * known).sum() / known.sum()
    wanted = nn.functional.one_hot((x[:, :4] * 3).long().clamp(max=2), 3).float()
    shares = torch.softmax(classes(x).reshape(48, 3, 4), 1).permute(0, 2, 1)
    written = ((shares - wanted) ** 2).mean()
    met = nn.functional.mse_loss(torch.tanh(code(x)), 2 * code(x.flip(1)) + 1)
    actions = torch.distributions.Categorical(logits=policy(x).detach()).sample()
    gain = (actions == x[:, :3].argmax(1)).float() - 0.4
    chosen = torch.log_softmax(policy(x), 1).gather(1, actions[:, None]).squeeze(1)
    loss = masked + written + met - (chosen * gain).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
