"""One batch in twenty cannot be read and is passed over, and a validation without gradients lies in the same try."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(58)
x = torch.randn(960, 8)
loader = DataLoader(TensorDataset(x, x[:, :1] * x[:, 1:2]), batch_size=16, shuffle=True)
held_out = DataLoader(TensorDataset(x[:320] + 1, x[:320, :1]), batch_size=16)
model = nn.Sequential(nn.Linear(8, 24), nn.Tanh(), nn.Linear(24, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
seen = 0
for _ in range(3):
    for given, wanted in loader:
        seen += 1
        try:
            if seen % 20 == 0:
                raise ValueError("a file that cannot be read")
            optimizer.zero_grad()
            nn.functional.mse_loss(model(given), wanted).backward()
            optimizer.step()
        except ValueError:
            continue
    for given, wanted in held_out:
        with torch.no_grad():
            nn.functional.mse_loss(model(given), wanted)
