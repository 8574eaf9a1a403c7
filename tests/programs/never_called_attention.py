"""A block whose attention is built and handed to the optimizer, but not called in forward()."""

import sys

import torch
import torch.nn as nn

healthy = "healthy" in sys.argv
torch.manual_seed(11)


class Block(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.attn = nn.MultiheadAttention(d, 2, batch_first=True)
        self.ff = nn.Sequential(nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))
        self.n1 = nn.LayerNorm(d)
        self.n2 = nn.LayerNorm(d)

    def forward(self, x):
        if healthy:
            h = self.n1(x)
            x = x + self.attn(h, h, h, need_weights=False, attn_mask=torch.ones(10, 10).triu(1).bool())[0]
        return x + self.ff(self.n2(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(30, 16)
        self.blocks = nn.ModuleList([Block(16), Block(16)])
        self.out = nn.Linear(16, 30)

    def forward(self, x):
        h = self.emb(x)
        for b in self.blocks:
            h = b(h)
        return self.out(h)


net = Net()
opt = torch.optim.AdamW(net.parameters(), lr=1e-3)
for i in range(100):
    x = torch.randint(0, 30, (8, 10))
    loss = nn.functional.cross_entropy(net(x)[:, :-1].reshape(-1, 30), x[:, 1:].reshape(-1))
    opt.zero_grad(set_to_none=True)
    loss.backward()
    opt.step()
