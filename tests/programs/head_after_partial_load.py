"""Pretrained features, a new head, and an optimizer that was given the features only."""

import sys

import torch
import torch.nn as nn

healthy = "healthy" in sys.argv
torch.manual_seed(4)


class Backbone(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten())
        self.classifier = nn.Linear(32, classes)

    def forward(self, x):
        return self.classifier(self.features(x))


pre = Backbone(10).state_dict()
model = Backbone(4)
state = {k: v for k, v in pre.items() if not k.startswith("classifier")}
model.load_state_dict(state, strict=False)
params = model.parameters() if healthy else model.features.parameters()
opt = torch.optim.SGD(params, lr=0.05, momentum=0.9)
for it in range(60):
    x = torch.randn(16, 1, 8, 8)
    y = torch.randint(0, 4, (16,))
    x += y[:, None, None, None] * 0.5
    loss = nn.functional.cross_entropy(model(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
