"""Noise drawn by a helper outside the class; functional dropout told the mode."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


def reparameterize(mu, logvar):
    return mu + torch.randn_like(mu) * (0.5 * logvar).exp()


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.e, self.m, self.v, self.d1, self.d2 = (
            nn.Linear(64, 64),
            nn.Linear(64, 8),
            nn.Linear(64, 8),
            nn.Linear(8, 64),
            nn.Linear(64, 64),
        )

    def forward(self, x):
        h = F.dropout(F.relu(self.e(x)), 0.1, self.training)
        mu, lv = self.m(h), self.v(h)
        return self.d2(F.relu(self.d1(reparameterize(mu, lv)))), mu, lv


X = (torch.rand(1797, 8) @ torch.rand(8, 64) > 2).float()
net = VAE()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)


def elbo(x):
    r, mu, lv = net(x)
    return (
        F.binary_cross_entropy_with_logits(r, x, reduction="sum") / len(x)
        - 0.5 * (1 + lv - mu**2 - lv.exp()).sum(1).mean()
    )


for epoch in range(4):
    net.train()
    for i in torch.randperm(1500).split(64):
        loss = elbo(X[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        v = sum(elbo(c).item() for c in X[1500:].split(99)) / 3
    print(f"epoch {epoch} loss {loss.item():.3f} val_loss {v:.3f}")
