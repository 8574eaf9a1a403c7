"""One data set in two parts by samplers, one by a method that switches it, and data sets that live for one call."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, SubsetRandomSampler, TensorDataset

torch.manual_seed(3)
x = torch.randn(400, 6)
y = (x[:, 0] + x[:, 1] > 0).long()
whole = TensorDataset(x, y)
order = torch.randperm(400).tolist()


class Switched(Dataset):
    first, last = 0, 300

    def __len__(self):
        return self.last - self.first

    def __getitem__(self, at):
        return x[self.first + at], y[self.first + at]


def epoch(model, optimizer, loader):
    batches = iter(loader)
    for _ in range(len(loader)):
        inputs, labels = next(batches)
        loss = nn.functional.cross_entropy(model(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.no_grad()
def evaluate(model, test_loader):
    batches = iter(test_loader)
    taken = [next(batches) for _ in range(len(test_loader))]
    return sum((model(inputs).argmax(1) == labels).sum().item() for inputs, labels in taken)


def fresh():
    model = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 2))
    return model, torch.optim.Adam(model.parameters(), lr=5e-3)


model, optimizer = fresh()
train_loader = DataLoader(whole, batch_size=20, sampler=SubsetRandomSampler(order[:300]))
val_loader = DataLoader(whole, batch_size=20, sampler=SubsetRandomSampler(order[300:]))
for _ in range(4):
    epoch(model, optimizer, train_loader)
    print(f"acc {evaluate(model, val_loader) / 100:.3f}")

model, optimizer = fresh()
switched = Switched()
for _ in range(4):
    switched.first, switched.last = 0, 300
    epoch(model, optimizer, DataLoader(switched, batch_size=20, shuffle=True))
    switched.first, switched.last = 300, 400
    val_loader = DataLoader(switched, batch_size=20)
    print(f"acc {evaluate(model, val_loader) / 100:.3f}")

model, optimizer = fresh()
for _ in range(4):
    epoch(model, optimizer, DataLoader(TensorDataset(x[:300], y[:300]), batch_size=20, shuffle=True))
    val_loader = DataLoader(TensorDataset(x[300:], y[300:]), batch_size=20)
    print(f"acc {evaluate(model, val_loader) / 100:.3f}")
