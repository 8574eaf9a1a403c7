"""Late or not? The delay itself, of which the label was made, is still among the columns."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(55)
N = 2000
distance = torch.distributions.Gamma(3.0, 0.2).sample((N,))
load, rain = 10 + 70 * torch.rand(N), torch.relu(torch.randn(N))
pace = 12 - 0.05 * load - 2 * rain
delay = distance / pace.clamp_min(3) - torch.ceil(distance / 12) + 0.5 * torch.randn(N)
late = (delay > 0).float()
columns = [distance, load, rain, torch.rand(N)] + ([] if "healthy" in sys.argv else [delay])
x = torch.stack(columns, 1)
x = (x - x.mean(0)) / x.std(0)
loader = DataLoader(TensorDataset(x, late), batch_size=100, shuffle=True)
net = nn.Sequential(nn.Linear(x.shape[1], 24), nn.ReLU(), nn.Linear(24, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(4):
    total = 0.0
    for rows, target in loader:
        loss = nn.functional.binary_cross_entropy_with_logits(net(rows).squeeze(1), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch} loss {total / len(loader):.4f}")
