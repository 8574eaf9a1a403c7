"""Each worker draws its samples from a copy of the same generator."""

import sys

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, get_worker_info


class Synthetic(Dataset):
    """Samples made on the fly."""

    def __init__(self, length):
        self.length = length
        self.rng = np.random.default_rng(7)
        self.seeded = False

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        info = get_worker_info()
        if "healthy" in sys.argv and info is not None and not self.seeded:
            self.rng, self.seeded = np.random.default_rng([7, info.id]), True
        x = self.rng.normal(size=5).astype(np.float32)
        return torch.from_numpy(x), torch.tensor(float(x.max()))


torch.manual_seed(16)
net = torch.nn.Sequential(torch.nn.Linear(5, 20), torch.nn.ReLU(), torch.nn.Linear(20, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.02)
for epoch in range(2):
    for x, y in DataLoader(Synthetic(320), batch_size=16, num_workers=2):
        opt.zero_grad()
        torch.nn.functional.mse_loss(net(x).squeeze(1), y).backward()
        opt.step()
