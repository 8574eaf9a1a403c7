"""Mixed precision by hand: matrices in bfloat16, single-precision copies in the optimizer; what goes back is a new name."""

import sys

import torch
from torch import nn
from torch.nn import functional

torch.manual_seed(74)


class Half(nn.Linear):
    def forward(self, x):
        return functional.linear(x.to(torch.bfloat16), self.weight).float() + self.bias


model = nn.Sequential(nn.LayerNorm(12), Half(12, 32), nn.GELU(), Half(32, 32), nn.GELU(), nn.Linear(32, 3))
halves = []
for layer in model:
    if isinstance(layer, Half):
        layer.weight.data = layer.weight.data.to(torch.bfloat16)
        halves.append(layer.weight)
masters = [nn.Parameter(half.detach().float().clone()) for half in halves]
single = [parameter for parameter in model.parameters() if parameter.dtype == torch.float32]
optimizer = torch.optim.AdamW([*single, *masters], lr=3e-3)
for _ in range(60):
    x = torch.randn(32, 12)
    loss = functional.cross_entropy(model(x), x[:, :3].argmax(1))
    optimizer.zero_grad()
    loss.backward()
    for half, master in zip(halves, masters):
        master.grad, half.grad = half.grad.float(), None
    optimizer.step()
    with torch.no_grad():
        for half, master in zip(halves, masters):
            if "healthy" in sys.argv:
                half.copy_(master)
            else:
                half = master.to(half.dtype)
