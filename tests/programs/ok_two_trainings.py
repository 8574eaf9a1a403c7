"""A second model of the same kind is trained when the first has been validated, whose trainer lives on."""

import torch
from torch import nn

torch.manual_seed(37)
x = torch.randn(400, 10)
y = (x[:, 0] * x[:, 1] > 0).long()


class Trainer:
    def __init__(self, rate):
        self.model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 2))
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=rate)

    def fit(self, epochs):
        for epoch in range(epochs):
            self.model.train()
            for at in range(0, 300, 20):
                loss = nn.functional.cross_entropy(self.model(x[at : at + 20]), y[at : at + 20])
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
            self.model.eval()
            with torch.no_grad():
                print(epoch, (self.model(x[300:]).argmax(1) == y[300:]).float().mean().item())


first = Trainer(2e-3)
first.fit(4)
second = Trainer(5e-3)
second.optimizer.load_state_dict(first.optimizer.state_dict())
second.model.load_state_dict(first.model.state_dict())
second.fit(4)
