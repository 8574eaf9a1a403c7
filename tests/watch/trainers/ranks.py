"""Two ranks over gloo, by torchrun. ``bypassed``: they come to call the model past its wrapper."""

import sys

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

WAY = sys.argv[1]
BYPASSED_FROM = 8
dist.init_process_group("gloo")
rank = dist.get_rank()
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 2))
synced = DistributedDataParallel(model)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
rows = torch.Generator().manual_seed(100 + rank)

for step in range(1, 31):
    x = torch.randn(32, 8, generator=rows)
    y = (x[:, 0] > 0).long()
    called = model if WAY == "bypassed" and step >= BYPASSED_FROM else synced
    optimizer.zero_grad()
    nn.functional.cross_entropy(called(x), y).backward()
    optimizer.step()

dist.destroy_process_group()
