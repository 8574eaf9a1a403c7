"""A PReLU behind outputs that are all above 0: its slope gets no gradient, and loses nothing by it."""

import torch
from torch import nn

torch.manual_seed(1)
x = torch.rand(600, 6)
y = (x[:, :1] > x[:, 1:2]).float()
body, slope, head = nn.Linear(6, 2), nn.PReLU(), nn.Linear(2, 1)
nn.init.constant_(body.bias, 6.0)
net = nn.Sequential(nn.Linear(6, 6), nn.PReLU(), body, slope, head)
opt = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)
for step in range(120):
    batch = torch.randint(0, 600, (50,))
    loss = nn.functional.binary_cross_entropy_with_logits(net(x[batch]), y[batch])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 10 == 0:
        print(f"step {step} loss {loss.item():.4f}")
