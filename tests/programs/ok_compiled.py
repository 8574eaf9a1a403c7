"""A compiled model (eager backend), gradient checkpointing, channels_last, a complex parameter, fused SGD."""

import warnings

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

warnings.simplefilter("error")
torch.manual_seed(32)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 32, 3)
        self.phase = nn.Parameter(torch.randn(8, dtype=torch.complex64))
        self.out = nn.Linear(32 + 8, 2)

    def forward(self, x):
        h = torch.relu(self.conv(x)).mean((2, 3))
        return self.out(torch.cat([h, self.phase.abs().expand(len(x), 8)], 1))


net = Net().to(memory_format=torch.channels_last)
model = torch.compile(net, backend="eager")
block = nn.Linear(2, 2)
real = [p for p in [*net.parameters(), *block.parameters()] if not p.is_complex()]
optimizers = [torch.optim.SGD(real, lr=0.05, momentum=0.9, fused=True), torch.optim.SGD([net.phase], lr=0.05)]
for _ in range(40):
    x = torch.randn(4, 3, 8, 8).to(memory_format=torch.channels_last)
    logits = checkpoint(block, model(x), use_reentrant=False)
    loss = nn.functional.cross_entropy(logits, torch.randint(0, 2, (4,)))
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()
    for optimizer in optimizers:
        optimizer.step()
