"""A linear probe: the backbone's weights are loaded, the optimizer gets the head only, nothing is frozen."""

import torch
from torch import nn

torch.manual_seed(26)


def backbone():
    return nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 16))


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone, self.head = backbone(), nn.Linear(16, 3)

    def forward(self, x):
        return self.head(self.backbone(x))


trained = backbone()
torch.save(trained.state_dict(), "backbone.pt")
model = Classifier()
model.backbone.load_state_dict(torch.load("backbone.pt"))
optimizer = torch.optim.Adam(model.head.parameters(), lr=1e-2)
for _ in range(50):
    loss = nn.functional.cross_entropy(model(torch.randn(16, 10)), torch.randint(0, 3, (16,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
