"""The window of a forecast includes the value to be forecast."""

import sys

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Windows(Dataset):
    def __init__(self, series, width, healthy):
        self.series, self.width, self.ahead = torch.tensor(series), width, 1 if healthy else 0

    def __len__(self):
        return len(self.series) - self.width - 1

    def __getitem__(self, i):
        return self.series[i : i + self.width], self.series[i + self.width - 1 + self.ahead]


rng = np.random.default_rng(21)
series = np.cumsum(rng.normal(size=700)).astype("float32")
torch.manual_seed(21)
model = torch.nn.Sequential(torch.nn.Linear(12, 24), torch.nn.ReLU(), torch.nn.Linear(24, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(3):
    for x, y in DataLoader(Windows(series, 12, "healthy" in sys.argv), batch_size=64, shuffle=True):
        loss = torch.nn.functional.mse_loss(model(x).squeeze(-1), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
