"""Monte Carlo dropout: many passes of one batch with dropout on, on purpose; a dropout that is told to be on in eval mode."""

import torch
from torch import nn

torch.manual_seed(3)


class AlwaysDropout(nn.Dropout):
    def forward(self, x):
        return nn.functional.dropout(x, self.p, training=True)


model = nn.Sequential(
    nn.Linear(5, 40), nn.ReLU(), nn.Dropout(0.2), nn.Linear(40, 8), AlwaysDropout(0.1), nn.Linear(8, 1)
)
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
grid = torch.randn(50, 5)
for epoch in range(5):
    for _ in range(12):
        x = torch.randn(20, 5)
        loss = nn.functional.mse_loss(model(x), x.sum(1, keepdim=True))
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        draws = torch.stack([model(grid) for _ in range(20)])
    model.eval()
    with torch.no_grad():
        spread = torch.stack([model(grid) for _ in range(20)]).std(0).mean()
    model.train()
    print(draws.std(0).mean().item(), spread.item())
