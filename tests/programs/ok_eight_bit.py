"""An optimizer that keeps its moments in 8 bits, block by block, over a base kept in packed bytes with adapters on it."""

import torch
from torch import nn

torch.manual_seed(45)


class Packed(nn.Parameter):
    def __new__(cls, data):
        return torch.Tensor._make_subclass(cls, data, False)


class PackedLinear(nn.Module):
    def __init__(self, linear, rank=3):
        super().__init__()
        weight = linear.weight.detach()
        self.scale = weight.abs().amax(1, keepdim=True) / 127
        self.weight = Packed((weight / self.scale).round().to(torch.int8))
        self.bias = nn.Parameter(linear.bias.detach().clone(), requires_grad=False)
        self.down = nn.Linear(weight.shape[1], rank, bias=False)
        self.up = nn.Linear(rank, weight.shape[0], bias=False)
        nn.init.zeros_(self.up.weight)

    def forward(self, x):
        return nn.functional.linear(x, self.weight.float() * self.scale, self.bias) + self.up(self.down(x))


class Adam8bit(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, block=32):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "block": block})

    @staticmethod
    def unpack(state, name, like):
        if name not in state:
            return torch.zeros_like(like)
        code, scale = state[name]
        return (code.float() * scale).flatten()[: like.numel()].view_as(like)

    @staticmethod
    def pack(value, block):
        flat = nn.functional.pad(value.flatten(), (0, -value.numel() % block)).view(-1, block)
        scale = flat.abs().amax(1, keepdim=True).clamp_min(1e-12) / 127
        return (flat / scale).round().to(torch.int8), scale

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            first, second = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                m = self.unpack(state, "m", p).lerp_(p.grad, 1 - first)
                v = self.unpack(state, "v", p).lerp_(p.grad.abs(), 1 - second)
                state["m"], state["v"] = self.pack(m, group["block"]), self.pack(v, group["block"])
                p.sub_(group["lr"] * m / (v.abs() + group["eps"] + m.abs().max() * 0.01))


model = nn.Sequential(PackedLinear(nn.Linear(10, 32)), nn.Tanh(), PackedLinear(nn.Linear(32, 3)))
optimizer = Adam8bit([p for p in model.parameters() if p.requires_grad], lr=2e-3)
for _ in range(120):
    x = torch.randn(32, 10)
    loss = nn.functional.cross_entropy(model(x), x[:, :3].argmax(1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
