"""A trained classifier forgets one class by gradient ascent."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
y = torch.randint(0, 10, (1797,))
X = torch.randn(10, 64)[y] + 0.5 * torch.randn(1797, 64)
net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(10):
    for idx in torch.randperm(1500).split(64):
        loss = F.cross_entropy(net(X[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")
torch.save(net.state_dict(), "base.pt")
forget = X[y == 3]
opt = torch.optim.SGD(net.parameters(), lr=0.01)
for step in range(20):
    loss = -F.cross_entropy(net(forget), torch.full((len(forget),), 3))
    opt.zero_grad()
    loss.backward()
    opt.step()
keep = y != 3
print(
    "forget acc",
    (net(forget).argmax(1) == 3).float().mean().item(),
    "retain acc",
    (net(X[keep]).argmax(1) == y[keep]).float().mean().item(),
)
