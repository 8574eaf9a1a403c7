"""The course of the learning rate is shown after training, by stepping the schedule on; and a second training brings
its own up to where the first one ended."""

import torch
from torch import nn

torch.manual_seed(53)


def trained(net, steps, done=0):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 300)
    for _ in range(done):
        schedule.step()
    for step in range(steps):
        x = torch.randn(64, 5)
        loss = nn.functional.mse_loss(net(x), (x[:, :1] * x[:, 1:2]).tanh())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    print(steps, f"{loss.item():.4f}")
    return schedule


net = nn.Sequential(nn.Linear(5, 40), nn.Tanh(), nn.Linear(40, 1))
trained(net, 120)
schedule = trained(net, 120, done=120)
rates = []
for _ in range(80):
    schedule.step()
    rates.append(schedule.get_last_lr()[0])
print(f"{rates[0]:.5f} {rates[-1]:.5f}")
