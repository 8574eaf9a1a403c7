"""A sequence autoencoder through one latent vector; target and input are the same symbols."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class AE(nn.Module):
    def __init__(self, V=30, T=10, d=32):
        super().__init__()
        self.T = T
        self.emb, self.enc, self.to_z = nn.Embedding(V, d), nn.GRU(d, 64, batch_first=True), nn.Linear(64, 24)
        self.pos = nn.Parameter(torch.randn(T, 24) * 0.1)
        self.dec = nn.Sequential(nn.Linear(48, 64), nn.ReLU(), nn.Linear(64, V))

    def forward(self, s):
        z = self.to_z(self.enc(self.emb(s))[1][-1])
        h = torch.cat([z[:, None].expand(-1, self.T, -1), self.pos.expand(len(s), -1, -1)], -1)
        return self.dec(h)


net = AE()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for step in range(80):
    s = torch.randint(0, 30, (32, 10))
    s[:, 5:] = s[:, :5]
    loss = F.cross_entropy(net(s).reshape(-1, 30), s.reshape(-1))
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.4f}")
