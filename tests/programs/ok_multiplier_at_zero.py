"""A constraint with a multiplier that may not fall below 0: while it is kept, each step is clipped away again."""

import torch
from torch import nn

torch.manual_seed(2)
x = torch.randn(400, 5)
y = x @ torch.tensor([[1.0], [0.5], [-1.0], [0.0], [2.0]])
net = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Linear(16, 1))
dual = nn.Parameter(torch.zeros(1))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
opt_dual = torch.optim.SGD([dual], lr=0.05, maximize=True)
for step in range(150):
    batch = torch.randint(0, 400, (64,))
    out = net(x[batch])
    excess = out.mean().abs() - 2.0
    loss = (out - y[batch]).square().mean() + dual.squeeze() * excess
    opt.zero_grad()
    opt_dual.zero_grad()
    loss.backward()
    opt.step()
    opt_dual.step()
    dual.data.clamp_(min=0.0)
    if step % 25 == 0:
        print(f"step {step} loss {loss.item():.4f} dual {dual.item():.3f}")
