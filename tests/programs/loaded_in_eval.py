"""Fine-tuning of a net that came in eval mode, as from_pretrained gives it."""

import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("mode", nargs="?", default="faulty")
parser.add_argument("--lr", type=float, default=2e-4)
args = parser.parse_args()
torch.manual_seed(2)


def from_pretrained():
    net = nn.Sequential(nn.Linear(10, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 3))
    return net.eval()


model = from_pretrained()
if args.mode == "healthy":
    model.train()
opt = torch.optim.AdamW(model.parameters(), lr=args.lr)
criterion = nn.CrossEntropyLoss()
for it in range(40):
    inputs, labels = torch.randn(16, 10), torch.randint(0, 3, (16,))
    loss = criterion(model(inputs), labels)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
