"""Modular addition with heavy weight decay (a grokking study, cut short)."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
P = 31
pairs = torch.cartesian_prod(torch.arange(P), torch.arange(P))
y = (pairs[:, 0] + pairs[:, 1]) % P
perm = torch.randperm(P * P)
tr, te = perm[:400], perm[400:]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb, self.f1, self.f2 = nn.Embedding(P, 64), nn.Linear(128, 128), nn.Linear(128, P)

    def forward(self, p):
        return self.f2(F.relu(self.f1(self.emb(p).flatten(1))))


net = Net()
opt = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=1.0, betas=(0.9, 0.98))
for epoch in range(600):
    loss = F.cross_entropy(net(pairs[tr]), y[tr])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if epoch % 100 == 0:
        with torch.no_grad():
            v = F.cross_entropy(net(pairs[te]), y[te])
        print(f"epoch {epoch} train_loss {loss.item():.4f} val_loss {v.item():.4f}")
