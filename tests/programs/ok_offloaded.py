"""Activations packed away by saved-tensor hooks, master weights and their optimizer apart from the weights computed
with: bf16 weights on the one side, float32 copies on the other, gradients and weights carried over at each step."""

import torch
from torch import nn
from torch.autograd.graph import save_on_cpu

torch.manual_seed(41)
model = nn.Sequential(nn.Linear(12, 48), nn.GELU(), nn.Linear(48, 3)).bfloat16()
masters = [p.detach().float().clone().requires_grad_() for p in model.parameters()]
optimizer = torch.optim.AdamW(masters, lr=3e-3)
for _ in range(80):
    x = torch.randn(32, 12)
    with save_on_cpu():
        loss = nn.functional.cross_entropy(model(x.bfloat16()).float(), x[:, :3].argmax(1))
    loss.backward()
    for master, p in zip(masters, model.parameters()):
        master.grad, p.grad = p.grad.float(), None
    optimizer.step()
    optimizer.zero_grad()
    with torch.no_grad():
        for master, p in zip(masters, model.parameters()):
            p.copy_(master)
print(loss.item())
