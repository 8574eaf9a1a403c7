"""Link prediction: positive edges are ones, negative edges zeros."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
n = 200
block = torch.randint(0, 4, (n,))
A = ((block[:, None] == block[None]) & (torch.rand(n, n) < 0.2)) | (torch.rand(n, n) < 0.01)
A = (A | A.t()).float()
A.fill_diagonal_(1)
norm = A / A.sum(1, keepdim=True)
feats = torch.randn(n, 16)
pos = A.triu(1).nonzero()


class GCN(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(16, 32), nn.Linear(32, 16)

    def forward(self):
        return norm @ self.b(F.relu(norm @ self.a(feats)))


net = GCN()
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(80):
    z = net()
    e = pos[torch.randint(0, len(pos), (256,))]
    ne = torch.randint(0, n, (256, 2))
    ps, ns = (z[e[:, 0]] * z[e[:, 1]]).sum(1), (z[ne[:, 0]] * z[ne[:, 1]]).sum(1)
    loss = F.binary_cross_entropy_with_logits(ps, torch.ones(256)) + F.binary_cross_entropy_with_logits(
        ns, torch.zeros(256)
    )
    opt.zero_grad()
    loss.backward()
    opt.step()
    if epoch % 10 == 0:
        print(f"epoch {epoch} loss {loss.item():.4f}")
