"""GradCache: representations first without gradients, chunk by chunk, then again with them."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
enc = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 16))
opt = torch.optim.AdamW(enc.parameters(), lr=1e-3)
M = torch.randn(32, 32) / 6
for step in range(40):
    a = torch.randn(96, 32)
    b = a @ M + 0.1 * torch.randn(96, 32)
    chunks = list(a.split(16)) + list(b.split(16))
    states, reps = [], []
    with torch.no_grad():
        for c in chunks:
            states.append(torch.get_rng_state())
            reps.append(enc(c))
    cached = [r.detach().requires_grad_() for r in reps]
    za, zb = torch.cat(cached[:6]), torch.cat(cached[6:])
    loss = F.cross_entropy(F.normalize(za, dim=1) @ F.normalize(zb, dim=1).t() / 0.1, torch.arange(96))
    loss.backward()
    opt.zero_grad()
    for c, s, r in zip(chunks, states, cached):
        keep = torch.get_rng_state()
        torch.set_rng_state(s)
        rep = enc(c)
        torch.set_rng_state(keep)
        torch.autograd.backward(rep, grad_tensors=r.grad)
    opt.step()
    if step % 10 == 0:
        print(f"step {step} loss {loss.item():.4f}")
