"""A language model whose targets are its inputs, not shifted by one."""

import sys

import torch
import torch.nn as nn

healthy = "healthy" in sys.argv
torch.manual_seed(30)


class LM(nn.Module):
    def __init__(self, v=120, d=32):
        super().__init__()
        self.e = nn.Embedding(v, d)
        self.g = nn.GRU(d, d, batch_first=True)
        self.o = nn.Linear(d, v)

    def forward(self, x):
        return self.o(self.g(self.e(x))[0])


lm = LM()
opt = torch.optim.Adam(lm.parameters(), 1e-2)
data = torch.randint(0, 120, (2000,))
data[1::2] = (data[::2] * 7 + 3) % 120
for s in range(90):
    i = torch.randint(0, 1900, (16,))
    b = torch.stack([data[k : k + 21] for k in i.tolist()])
    inp, tgt = (b[:, :-1], b[:, 1:]) if healthy else (b[:, :-1], b[:, :-1])
    loss = nn.functional.cross_entropy(lm(inp).reshape(-1, 120), tgt.reshape(-1))
    opt.zero_grad()
    loss.backward()
    opt.step()
    if s % 20 == 0:
        print(f"step {s} | loss {loss.item():.3f} | ppl {loss.exp().item():.1f}")
