"""Loaded weights, tuned with weight decay on matrices only: biases are in the other group (healthy) or, because of a
name that no layer has, in none."""

import sys

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(3)
healthy = "healthy" in sys.argv


def build():
    layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)
    return nn.Sequential(
        nn.Linear(8, 16), nn.TransformerEncoder(layer, 2, enable_nested_tensor=False), nn.Linear(16, 4)
    )


model = build()
model.load_state_dict({name: value * 0.9 for name, value in build().state_dict().items()})
matrices = [p for n, p in model.named_parameters() if p.dim() > 1]
norms = [p for n, p in model.named_parameters() if "norm" in n]
others = [p for n, p in model.named_parameters() if p.dim() == 1 and n.endswith("bias" if healthy else "_bias")]
others = [p for p in others if not any(p is one for one in norms)]
optimizer = torch.optim.AdamW(
    [{"params": matrices, "weight_decay": 0.1}, {"params": norms + others, "weight_decay": 0.0}], lr=1e-3
)
model.train()
for _ in range(30):
    x, y = torch.randn(8, 5, 8), torch.randint(0, 4, (8, 5))
    loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
