"""Built on the meta device, made real later: to_empty() and an initialisation, and weights assigned on loading."""

import torch
from torch import nn


def build():
    return nn.Sequential(nn.Linear(10, 24), nn.LayerNorm(24), nn.ReLU(), nn.Linear(24, 2))


torch.manual_seed(42)
with torch.device("meta"):
    first, second = build(), build()
first.to_empty(device="cpu")
for part in first:
    if hasattr(part, "reset_parameters"):
        part.reset_parameters()
second.load_state_dict({name: value.clone() for name, value in first.state_dict().items()}, assign=True)
for model in (first, second):
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    for _ in range(60):
        x = torch.randn(32, 10)
        loss = nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
