"""Parts that rest in mid-run and are meant to: frozen by a function of that name, by a rate of 0 set by hand, by a weight
of the loss that goes to 0, experts that are not chosen for a while, and gradients kept at 0 for a few steps."""

import torch
from torch import nn

torch.manual_seed(98)


def batch():
    x = torch.randn(32, 10)
    return x, (x[:, 0] > 0).long() + (x[:, 1] > 0).long()


def build():
    return nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU()), nn.Linear(16, 3)


def freeze(part):
    part.requires_grad_(False)


def train(opt, loss_of, steps=100, at=lambda step: None):
    for step in range(steps):
        at(step)
        opt.zero_grad(set_to_none=False)
        loss_of(step).backward()
        opt.step()


def fit(encoder, head):
    x, y = batch()
    return nn.functional.cross_entropy(head(encoder(x)), y)


encoder, head = build()
plain = torch.optim.SGD([*encoder.parameters(), *head.parameters()], 1e-2)
train(plain, lambda step: fit(encoder, head), at=lambda step: freeze(encoder) if step == 50 else None)

encoder2, head2 = build()
sgd = torch.optim.SGD([{"params": encoder2.parameters()}, {"params": head2.parameters()}], 1e-2)
train(sgd, lambda step: fit(encoder2, head2), at=lambda step: sgd.param_groups[0].update(lr=1e-2 * (step < 50)))

encoder3, head3 = build()
side = nn.Linear(16, 1)
both = torch.optim.Adam([*encoder3.parameters(), *head3.parameters(), *side.parameters()], 1e-3)


def with_side(step):
    x, y = batch()
    seen = encoder3(x)
    return (
        nn.functional.cross_entropy(head3(seen), y) + max(0.0, 1 - step / 50) * (side(seen) - x[:, :1]).square().mean()
    )


train(both, with_side)

experts = nn.ModuleList(nn.Linear(10, 3) for _ in range(3))
chosen = torch.optim.SGD(experts.parameters(), 1e-2)


def by_experts(step):
    x, y = batch()
    gates = torch.tensor([1.0, float(step < 40 or step > 80), 1.0])
    return nn.functional.cross_entropy(sum(gate * expert(x) for gate, expert in zip(gates, experts)), y)


train(chosen, by_experts)
