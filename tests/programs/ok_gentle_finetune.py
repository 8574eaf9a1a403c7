"""A loaded net, a learning rate of 1e-6 after a warm-up, a linear decay to 0."""

import io

import torch
from torch import nn

torch.manual_seed(9)
build = lambda: nn.Sequential(nn.Linear(12, 48), nn.GELU(), nn.LayerNorm(48), nn.Linear(48, 4))
buffer = io.BytesIO()
torch.save(build().state_dict(), buffer)
buffer.seek(0)
model = build()
model.load_state_dict(torch.load(buffer))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-6)
total, warmup = 60, 6
schedule = lambda s: (s + 1) / warmup if s < warmup else max(0.0, (total - s) / (total - warmup))
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
for step in range(total):
    x = torch.randn(16, 12)
    loss = nn.functional.cross_entropy(model(x), x[:, :4].argmax(1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
