"""An auxiliary classifier helps for the first epochs and is not called afterwards."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Linear(20, 64), nn.ReLU())
        self.body = nn.Sequential(nn.Linear(64, 64), nn.ReLU())
        self.head = nn.Linear(64, 5)
        self.aux = nn.Linear(64, 5)

    def forward(self, x, with_aux=False):
        h = self.stem(x)
        out = self.head(self.body(h))
        return (out, self.aux(h)) if with_aux else out


W = torch.randn(20, 5)
X = torch.randn(1600, 20)
Y = (X @ W).argmax(1)
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(10):
    for idx in torch.randperm(1280).split(64):
        if epoch < 4:
            out, aux = net(X[idx], with_aux=True)
            loss = F.cross_entropy(out, Y[idx]) + 0.3 * F.cross_entropy(aux, Y[idx])
        else:
            loss = F.cross_entropy(net(X[idx]), Y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(f"epoch {epoch}: train loss {loss.item():.4f}")
