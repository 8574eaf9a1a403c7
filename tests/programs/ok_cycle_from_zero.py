"""One cycle of the learning rate that begins at 0 and ends there, stepped at each batch of a few epochs."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(56)
labels = torch.randint(4, (512,))
data = TensorDataset(2 * torch.randn(4, 16)[labels] + torch.randn(512, 16), labels)
loader = DataLoader(data, batch_size=64, shuffle=True)
net = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 4))
optimizer = torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
half = 6 * len(loader) / 2
schedule = torch.optim.lr_scheduler.CyclicLR(optimizer, base_lr=0.0, max_lr=0.2, step_size_up=half, step_size_down=half)
for epoch in range(6):
    total = 0.0
    for x, y in loader:
        loss = nn.functional.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        total += loss.item()
    print(f"epoch {epoch} loss {total / len(loader):.4f}")
