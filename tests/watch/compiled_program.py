"""A training under torch.compile: ``compiled_program.py MODEL WAY [sizes] [aot]``; tells what was compiled."""

import sys

import torch
from torch import nn
from torch._dynamo.utils import counters

MODEL, WAY, *OPTIONS = sys.argv[1:]
torch.manual_seed(0)


class Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.drop, self.last = nn.Linear(8, 16), nn.Dropout(0.1), nn.Linear(16, 2)

    def forward(self, x):
        return self.last(self.drop(torch.relu(self.first(x))))


class Branching(Dense):
    """With a break of its own: which way to go depends on a number."""

    def forward(self, x):
        hidden = torch.relu(self.first(x))
        return self.last(self.drop(hidden) if hidden.sum().item() > -1 else hidden)


class Convolved(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv1d(1, 8, 3, padding=1), nn.BatchNorm1d(8), nn.ReLU(), nn.Flatten())
        self.last = nn.Linear(64, 2)

    def forward(self, x):
        return self.last(self.layers(x[:, None]))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.qkv = nn.LayerNorm(16), nn.Linear(16, 48)

    def forward(self, x):
        q, k, v = self.qkv(self.norm(x)).chunk(3, -1)
        return x + nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)


class Attending(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(4, 16)
        self.layers = nn.ModuleList([Block(), Block()])
        self.last = nn.Linear(16, 2)

    def forward(self, x):
        hidden = self.words(x.abs().long().clamp_max(3))
        for layer in self.layers:
            hidden = layer(hidden)
        return self.last(hidden.mean(1))


model = {"dense": Dense, "branching": Branching, "convolved": Convolved, "attending": Attending}[MODEL]()
forward = evaluate = model
backend = "aot_eager" if "aot" in OPTIONS else "eager"
if WAY == "wrapped":
    forward = evaluate = torch.compile(model, backend=backend)
elif WAY == "dynamic":
    forward = evaluate = torch.compile(model, backend=backend, dynamic=True)
elif WAY == "in_place":
    model.compile(backend=backend)
elif WAY == "blocks":
    for layer in model.layers:
        layer.compile(backend=backend)
elif WAY == "function":

    @torch.compile(backend=backend)
    def forward(x):
        return model(x)

elif WAY == "evaluation":
    evaluate = torch.compile(lambda x: model(x), backend=backend)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
for step in range(130):
    x = torch.randn(8 + step % 5 if "sizes" in OPTIONS else 16, 8)
    loss = nn.functional.cross_entropy(forward(x), (x[:, 0] > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 40 == 39:
        model.eval()
        with torch.no_grad():
            evaluate(torch.randn(16, 8))
        model.train()
told = {name: dict(counters[name]) for name in ("stats", "frames", "graph_break", "unimplemented", "aot_autograd")}
print(told, loss.item())
