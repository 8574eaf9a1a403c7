"""__getitem__ forgets its index."""

import sys

import torch
from torch.utils.data import DataLoader, Dataset


class Waves(Dataset):
    def __init__(self):
        t = torch.linspace(0, 1, 32)
        self.phases = torch.rand(160, generator=torch.Generator().manual_seed(3))
        self.items = [torch.sin(6.28 * (t + phase)) for phase in self.phases]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        x = self.items[i] if "healthy" in sys.argv else self.items[0]
        return x, self.phases[i : i + 1]


torch.manual_seed(14)
model = torch.nn.Sequential(torch.nn.Linear(32, 24), torch.nn.GELU(), torch.nn.Linear(24, 1))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
for _ in range(4):
    for x, y in DataLoader(Waves(), batch_size=16, shuffle=True):
        loss = torch.nn.functional.l1_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
