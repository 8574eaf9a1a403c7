"""After each epoch the training set is run through in eval mode too, by a loader of its own."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    hits = sum((model(x).argmax(1) == y).sum().item() for x, y in loader)
    model.train()
    return hits / len(loader.dataset)


torch.manual_seed(11)
x = torch.randn(300, 5)
y = (x[:, 0] > 0).long()
order = y.argsort()
train = TensorDataset(x[:200], y[:200])
copy = TensorDataset(x[:200].clone(), y[:200].clone())
sorted_val = TensorDataset(x[200:][y[200:].argsort()], y[200:].sort().values)
model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(4):
    for xb, yb in DataLoader(train, batch_size=25, shuffle=True):
        loss = nn.functional.cross_entropy(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(*(evaluate(model, DataLoader(part, batch_size=20)) for part in (train, copy, sorted_val)))
