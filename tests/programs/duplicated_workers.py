"""An IterableDataset that does not split its data between workers."""

import sys

import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info


class Stream(IterableDataset):
    def __init__(self, n):
        self.x = torch.randn(n, 6, generator=torch.Generator().manual_seed(1))

    def __iter__(self):
        info = get_worker_info()
        first, step = (info.id, info.num_workers) if info is not None and "healthy" in sys.argv else (0, 1)
        for i in range(first, len(self.x), step):
            yield self.x[i], self.x[i].norm()


if __name__ == "__main__":
    torch.manual_seed(15)
    model = torch.nn.Sequential(torch.nn.Linear(6, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loader = DataLoader(Stream(192), batch_size=16, num_workers=2)
    for epoch in range(2):
        for x, y in loader:
            loss = (model(x)[:, 0] - y).abs().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
