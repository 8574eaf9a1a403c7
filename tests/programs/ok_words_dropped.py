"""A sequence autoencoder whose decoder is given the symbols before, of which a third is replaced by a mark."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(37)


class Autoencoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.emb, self.enc, self.to_z = nn.Embedding(30, 24), nn.GRU(24, 48, batch_first=True), nn.Linear(48, 12)
        self.to_h, self.dec, self.out = nn.Linear(12, 48), nn.GRU(24, 48, batch_first=True), nn.Linear(48, 30)

    def forward(self, s: torch.Tensor) -> torch.Tensor:
        z = self.to_z(self.enc(self.emb(s))[1][0])
        given = torch.cat([torch.ones_like(s[:, :1]), s[:, :-1]], 1)
        given = given.masked_fill(torch.rand(given.shape) < 0.33, 2)
        return self.out(self.dec(self.emb(given), self.to_h(z)[None])[0])


net = Autoencoder()
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
for step in range(80):
    s = torch.randint(3, 30, (32, 10))
    s[:, 5:] = s[:, :5]
    loss = F.cross_entropy(net(s).reshape(-1, 30), s.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.4f}")
