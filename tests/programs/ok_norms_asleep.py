"""A backbone is fine-tuned with its norms' statistics held: it is put into eval mode each epoch; so is a frozen one."""

import torch
from torch import nn

torch.manual_seed(13)


def tower():
    return nn.Sequential(
        nn.Linear(8, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Linear(24, 24), nn.BatchNorm1d(24), nn.ReLU()
    )


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = tower()
        self.fixed = nn.Sequential(nn.Linear(8, 24), nn.Dropout(0.2), nn.Tanh())
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(48, 2))

    def forward(self, x):
        with torch.no_grad():
            fixed = self.fixed(x)
        return self.head(torch.cat([self.backbone(x), fixed], 1))


model = Net()
with torch.no_grad():
    model.backbone(torch.randn(256, 8))  # statistics of an earlier training
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(3):
    model.train()
    model.backbone.eval()
    model.fixed.eval()
    for _ in range(20):
        x = torch.randn(32, 8)
        loss = nn.functional.cross_entropy(model(x), (x[:, 0] * x[:, 1] > 0).long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")
