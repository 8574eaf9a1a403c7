"""A large embedding of which few rows are used, tied with the output layer; sparse gradients in a second one."""

import torch
from torch import nn

torch.manual_seed(24)


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(6000, 16)
        self.extra = nn.Embedding(5000, 16, sparse=True)
        self.rare = nn.Embedding(6000, 16)
        self.out = nn.Linear(16, 6000, bias=False)
        self.out.weight = self.embed.weight

    def forward(self, tokens):
        return self.out(self.embed(tokens) + self.extra(tokens % 50) + self.rare(tokens % 7))


model = Tied()
dense = [p for n, p in model.named_parameters() if not n.startswith("extra")]
optimizers = [torch.optim.SGD(dense, lr=0.1), torch.optim.SparseAdam(list(model.extra.parameters()), lr=1e-2)]
for _ in range(40):
    tokens = torch.randint(0, 40, (32,))
    loss = nn.functional.cross_entropy(model(tokens), (tokens + 1) % 40)
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()
    for optimizer in optimizers:
        optimizer.step()
