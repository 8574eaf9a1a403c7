"""The copy for the best weights is made before training and never written again; it is what is saved."""

import copy
import sys

import torch
from torch import nn


def main():
    torch.manual_seed(31)
    x = torch.randn(600, 10)
    y = (x[:, :3].sum(1) > 0).long()
    model = nn.Sequential(nn.Linear(10, 24), nn.ReLU(), nn.Linear(24, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    best, best_model = 0.0, copy.deepcopy(model)
    for epoch in range(6):
        for at in torch.randperm(480).split(32):
            loss = nn.functional.cross_entropy(model(x[at]), y[at])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            accuracy = (model(x[480:]).argmax(1) == y[480:]).float().mean().item()
        print(f"epoch {epoch} loss {loss.item():.4f} val_acc {accuracy:.4f}")
        if accuracy > best:
            best = accuracy
            if "healthy" in sys.argv:
                best_model = copy.deepcopy(model)
    torch.save({"model": best_model.state_dict(), "acc": best}, "best.pt")


main()
