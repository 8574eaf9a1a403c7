"""Validation without model.eval()."""

import sys

import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(3)
HEALTHY = len(sys.argv) > 1


class Trainer:
    def __init__(self, model, loaders):
        self.model, self.loaders = model, loaders
        self.optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
        self.loss_fn = nn.MSELoss()

    def fit(self, epochs):
        for epoch in range(epochs):
            for phase in ["train", "val"]:
                if phase == "train" or not HEALTHY:
                    self.model.train()
                else:
                    self.model.eval()
                total = 0.0
                for x, y in self.loaders[phase]:
                    self.optimizer.zero_grad()
                    with torch.set_grad_enabled(phase == "train"):
                        loss = self.loss_fn(self.model(x), y)
                        if phase == "train":
                            loss.backward()
                            self.optimizer.step()
                    total += loss.item() * len(x)
                print(epoch, phase, total / len(self.loaders[phase].dataset))


x = torch.randn(400, 6)
data = TensorDataset(x, x.pow(2).sum(1, keepdim=True))
train, val = random_split(data, [320, 80])
loaders = {"train": DataLoader(train, 32, shuffle=True), "val": DataLoader(val, 32)}
model = nn.Sequential(nn.Linear(6, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 1))
Trainer(model, loaders).fit(5)
