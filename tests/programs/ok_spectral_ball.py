"""A Wasserstein critic is kept 1-Lipschitz: after each step every matrix is divided by its largest singular value."""

import torch
from torch import nn

torch.manual_seed(8)
critic = nn.Sequential(nn.Linear(6, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
optimizer = torch.optim.RMSprop(critic.parameters(), lr=2e-3)
mix = torch.randn(6, 6) * 0.4 + torch.eye(6)


@torch.no_grad()
def project():
    for layer in critic:
        if isinstance(layer, nn.Linear):
            layer.weight.div_(torch.linalg.matrix_norm(layer.weight, 2).clamp(min=1.0))


project()
for step in range(160):
    before, after = torch.randn(128, 6) @ mix, (torch.randn(128, 6) + torch.eye(6)[0]) @ mix
    loss = critic(before).mean() - critic(after).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    project()
    if step % 40 == 0:
        print(f"step {step} distance {-loss.item():.4f}")
