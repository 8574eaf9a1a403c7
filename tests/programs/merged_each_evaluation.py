"""LoRA after a base was trained: eval() merges the adapter into the frozen weight, train() takes it out (healthy) or
only forgets that it was merged."""

import sys

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
healthy = "healthy" in sys.argv


class LoRALinear(nn.Linear):
    def __init__(self, cin, cout, rank=2):
        super().__init__(cin, cout)
        self.lora_A = nn.Parameter(torch.randn(rank, cin) * 0.2)
        self.lora_B = nn.Parameter(torch.zeros(cout, rank))
        self.scaling = 4.0
        self.merged = False

    def train(self, mode=True):
        super().train(mode)
        if mode and self.merged:
            if healthy:
                self.weight.data -= (self.lora_B @ self.lora_A).data * self.scaling
            self.merged = False
        elif not mode and not self.merged:
            self.weight.data += (self.lora_B @ self.lora_A).data * self.scaling
            self.merged = True
        return self

    def forward(self, x):
        out = F.linear(x, self.weight, self.bias)
        return out if self.merged else out + (x @ self.lora_A.T) @ self.lora_B.T * self.scaling


model = nn.Sequential(LoRALinear(16, 24), nn.Tanh(), LoRALinear(24, 4))
base, shifted = torch.randn(16, 4), torch.randn(16, 4)


def loss_of(target):
    x = torch.randn(32, 16)
    return F.mse_loss(model(x), x @ target)


pre = torch.optim.AdamW([p for n, p in model.named_parameters() if "lora_" not in n], lr=2e-3)
for _ in range(20):
    loss = loss_of(base)
    pre.zero_grad()
    loss.backward()
    pre.step()
for n, p in model.named_parameters():
    p.requires_grad_("lora_" in n)
opt = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=3e-3, weight_decay=0.0)
for step in range(1, 81):
    model.train()
    loss = loss_of(shifted)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 20 == 0:
        model.eval()
        with torch.no_grad():
            print(step, loss_of(shifted).item())
