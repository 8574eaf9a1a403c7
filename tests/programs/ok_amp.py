"""Autocast with a scaler, workers, dropout, a cosine schedule to 0, validation in between, a saved checkpoint."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(30)


def main():
    data = TensorDataset(torch.randn(128, 10), torch.randint(0, 2, (128,)))
    loader = DataLoader(data, 16, shuffle=True, num_workers=2)
    model = nn.Sequential(nn.Linear(10, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 2))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 40)
    scaler = torch.amp.GradScaler("cpu")
    for _ in range(5):
        model.train()
        for x, y in loader:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = nn.functional.cross_entropy(model(x).float(), y)
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            scheduler.step()
        model.eval()
        with torch.no_grad():
            model(data.tensors[0]).argmax(1)
        torch.save(model.state_dict(), "last.pt")


if __name__ == "__main__":
    main()
