"""Energy distance between generated and real numbers."""

import torch
from torch import nn

torch.manual_seed(0)
gen = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.Adam(gen.parameters(), lr=2e-3)
for step in range(40):
    real = torch.randn(64, 1).exp()
    fake = gen(torch.randn(64, 4))
    loss = 2 * (fake - real.t()).abs().mean() - (fake - fake.t()).abs().mean() - (real - real.t()).abs().mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.4f}")
