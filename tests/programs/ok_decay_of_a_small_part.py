"""The usual weight decay of a graph network under Adam: attention vectors on which little depends at first shrink by
it, and the network learns."""

import torch
from torch import nn

torch.manual_seed(54)


class Attention(nn.Module):
    def __init__(self, wide, out):
        super().__init__()
        self.weight = nn.Parameter(nn.init.xavier_normal_(torch.empty(wide, out)))
        self.score = nn.Parameter(nn.init.xavier_normal_(torch.empty(out, 4)))

    def forward(self, x, near):
        h = nn.functional.dropout(x @ self.weight, 0.5, self.training)
        scores = nn.functional.leaky_relu((h @ self.score).mean(1)[None, :] * 0.01 + near)
        return scores.softmax(1) @ h


rows, kinds = 240, 6
labels = torch.randint(0, kinds, (rows,))
x = (torch.rand(rows, 60) < 0.02 + 0.1 * (torch.arange(60)[None, :] % kinds == labels[:, None])).float()
x = x / x.sum(1, keepdim=True).clamp_min(1)
near = torch.where(
    (torch.rand(rows, rows) < 0.02) & (labels[:, None] == labels[None, :]) | torch.eye(rows).bool(), 0, -9e9
)
first, second = Attention(60, 48), Attention(48, kinds)
optimizer = torch.optim.Adam([*first.parameters(), *second.parameters()], lr=0.005, weight_decay=5e-4)
for step in range(1, 121):
    out = second(nn.functional.elu(first(x, near)), near)
    loss = nn.functional.cross_entropy(out[:160], labels[:160])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 30 == 0:
        print(step, f"{loss.item():.4f} {(out[160:].argmax(1) == labels[160:]).float().mean().item():.3f}")
