"""CrossEntropyLoss on the output of a softmax layer."""

import sys

import torch
import torch.nn as nn


class Classifier(nn.Module):
    def __init__(self, softmax):
        super().__init__()
        layers = [nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 5)]
        if softmax:
            layers.append(nn.Softmax(dim=1))
        self.net = nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x)


torch.manual_seed(6)
clf = Classifier(softmax="healthy" not in sys.argv)
loss_function = nn.CrossEntropyLoss()
optim = torch.optim.Adam(clf.parameters())
centres = torch.randn(5, 20) * 2
for epoch in range(3):
    for batch in range(20):
        target = torch.randint(0, 5, (32,))
        data = centres[target] + torch.randn(32, 20)
        clf.zero_grad()
        loss = loss_function(clf(data), target)
        loss.backward()
        optim.step()
    print(f"epoch {epoch} loss {loss.item():.3f}")
