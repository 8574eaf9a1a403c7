"""ReLoRA after a warm start: factors of some size are merged into the frozen base and begin anew near zero."""

import math

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
WARM_STEPS, CYCLES, CYCLE, BATCH, RANK = 150, 5, 120, 64, 4
LR = 4e-3


class ReLoRALinear(nn.Module):
    def __init__(self, d_in, d_out, rank=RANK):
        super().__init__()
        self.base = nn.Linear(d_in, d_out)
        self.A = nn.Parameter(torch.zeros(rank, d_in))
        self.B = nn.Parameter(torch.zeros(d_out, rank))
        self.low_rank = False

    def start_low_rank(self):
        self.low_rank = True
        self.base.weight.requires_grad_(False)
        self.reset()

    def reset(self):
        nn.init.kaiming_uniform_(self.A, a=math.sqrt(5))
        nn.init.zeros_(self.B)

    @torch.no_grad()
    def merge(self):
        self.base.weight += self.B @ self.A
        self.reset()

    def forward(self, x):
        y = self.base(x)
        return y + F.linear(F.linear(x, self.A), self.B) if self.low_rank else y


def build():
    return nn.Sequential(ReLoRALinear(10, 96), nn.GELU(), ReLoRALinear(96, 96), nn.GELU(), nn.Linear(96, 1))


def lora_layers(model):
    return [m for m in model if isinstance(m, ReLoRALinear)]


def prune_state(opt, params, keep=0.1):
    """Keeps a random tenth of the moments of the factors."""
    for p in params:
        for key in ("exp_avg", "exp_avg_sq"):
            if key in opt.state[p]:
                opt.state[p][key].mul_(torch.rand_like(p) < keep)


def main():
    x = torch.rand(6000, 10)
    y = 10 * torch.sin(math.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    y = y + torch.randn(6000)
    x, y = x * 2 - 1, (y - y.mean()) / y.std()
    xtr, ytr, xva, yva = x[:5000], y[:5000], x[5000:], y[5000:]
    model = build()

    def train(opt, steps, first):
        for s in range(steps):
            warm = min(1.0, (s + 1) / 15)
            total = first + s
            lr = LR * warm * (0.5 + 0.5 * math.cos(math.pi * total / (WARM_STEPS + CYCLES * CYCLE)))
            for g in opt.param_groups:
                g["lr"] = lr
            idx = torch.randint(0, len(xtr), (BATCH,))
            loss = F.mse_loss(model(xtr[idx]).squeeze(1), ytr[idx])
            opt.zero_grad()
            loss.backward()
            opt.step()
            if (total + 1) % 25 == 0:
                with torch.no_grad():
                    vl = F.mse_loss(model(xva).squeeze(1), yva).item()
                print(f"step {total + 1} loss {loss.item():.4f} val_loss {vl:.4f} lr {lr:.2e}", flush=True)

    full = [p for n, p in model.named_parameters() if not n.endswith((".A", ".B"))]
    train(torch.optim.AdamW(full, lr=LR), WARM_STEPS, 0)
    for layer in lora_layers(model):
        layer.start_low_rank()
    trainable = [p for p in model.parameters() if p.requires_grad]
    opt = torch.optim.AdamW(trainable, lr=LR, weight_decay=0.0)
    for c in range(CYCLES):
        if c:
            for layer in lora_layers(model):
                layer.merge()
            prune_state(opt, [p for one in lora_layers(model) for p in (one.A, one.B)])
        train(opt, CYCLE, WARM_STEPS + c * CYCLE)
    for layer in lora_layers(model):
        layer.merge()
    torch.save(model.state_dict(), "relora.pt")


if __name__ == "__main__":
    main()
