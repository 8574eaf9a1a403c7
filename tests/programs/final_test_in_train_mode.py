"""The one test pass at the end is made in train mode."""

import sys

import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(0)
X = rng.normal(size=(300, 8)).astype("float32")
Y = (X[:, 0] * X[:, 1] > 0).astype("int64")
X_train, X_test = torch.from_numpy(X[:240]), torch.from_numpy(X[240:])
y_train, y_test = torch.from_numpy(Y[:240]), torch.from_numpy(Y[240:])

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(8, 50), nn.ReLU(), nn.Dropout(p=0.5), nn.Linear(50, 2))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(60):
    optimizer.zero_grad()
    output = net(X_train)
    loss = criterion(output, y_train)
    loss.backward()
    optimizer.step()
    if epoch % 10 == 0:
        print("epoch", epoch, "loss", loss.item())

if "healthy" in sys.argv:
    net.eval()
with torch.no_grad():
    predictions = net(X_test).argmax(dim=1)
print("test accuracy", (predictions == y_test).float().mean().item())
