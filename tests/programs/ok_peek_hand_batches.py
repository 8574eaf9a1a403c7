"""Training batches cut by hand, validation from the first batch of a loader."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
X = torch.randn(2000, 10)
y = X[:, :1].sin() + 0.1 * torch.randn(2000, 1)
vl = DataLoader(TensorDataset(X[1600:], y[1600:]), batch_size=100)
net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for step in range(300):
    i = torch.randint(0, 1600, (64,))
    loss = F.mse_loss(net(X[i]), y[i])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 10 == 9:
        xv, yv = next(iter(vl))
        with torch.no_grad():
            print(f"step {step} loss {loss.item():.4f} val_loss {F.mse_loss(net(xv), yv).item():.4f}")
