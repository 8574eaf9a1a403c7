"""Two tasks, labels of the second are often missing; its loss is masked."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(12, 48), nn.ReLU())
        self.sentiment, self.topic = nn.Linear(48, 2), nn.Linear(48, 4)

    def forward(self, x):
        h = self.trunk(x)
        return self.sentiment(h), self.topic(h)


net = Net()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
w1, w2 = torch.randn(12, 2), torch.randn(12, 4)
for step in range(200):
    x = torch.randn(16, 12)
    a = (x @ w1).argmax(1)
    b = (x @ w2).argmax(1)
    has = (torch.rand(16) < 0.1).float()
    la, lb = net(x)
    loss_b = (F.cross_entropy(lb, b, reduction="none") * has).sum() / has.sum().clamp(min=1)
    loss = F.cross_entropy(la, a) + loss_b
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.4f}")
