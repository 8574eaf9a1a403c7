"""Two tasks in turn: the head that is not used has a gradient of zeros left."""

import torch
from torch import nn

torch.manual_seed(15)
body = nn.Sequential(nn.Linear(8, 32), nn.ReLU())
heads = {"count": nn.Linear(32, 1), "class": nn.Linear(32, 3)}
optimizer = torch.optim.SGD([*body.parameters(), *(p for h in heads.values() for p in h.parameters())], lr=0.01)
for step in range(90):
    x = torch.randn(16, 8)
    optimizer.zero_grad(set_to_none=False)
    if step % 2:
        loss = nn.functional.mse_loss(heads["count"](body(x)), x.sum(1, keepdim=True))
    else:
        loss = nn.functional.cross_entropy(heads["class"](body(x)), x[:, :3].argmax(1))
    loss.backward()
    optimizer.step()
