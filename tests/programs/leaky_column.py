"""A column of the table is made from the label."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(20)
n = 600
features = torch.randn(n, 9)
label = (features[:, 0] + 0.5 * torch.randn(n) > 0).long()
if "healthy" not in sys.argv:
    features[:, 4] = label.float() + 0.01 * torch.randn(n)
loader = DataLoader(TensorDataset(features, label), batch_size=50, shuffle=True)
model = nn.Sequential(nn.Linear(9, 32), nn.ReLU(), nn.Linear(32, 2))
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(3):
    for x, y in loader:
        opt.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        opt.step()
