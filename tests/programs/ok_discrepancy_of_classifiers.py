"""Two classifiers and the features below them, trained against each other: the classifiers are passed through thrice
for each time that they are stepped."""

import torch
from torch import nn

torch.manual_seed(43)
features = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 12))
first, second = nn.Linear(12, 3), nn.Linear(12, 3)
optimizers = [torch.optim.Adam(part.parameters(), lr=3e-3) for part in (features, first, second)]
rule = torch.randn(8, 3)


def reset() -> None:
    for optimizer in optimizers:
        optimizer.zero_grad()


def apart(x: torch.Tensor) -> torch.Tensor:
    z = features(x)
    return (first(z).softmax(1) - second(z).softmax(1)).abs().mean()


for _ in range(50):
    source, target = torch.randn(32, 8), 1.3 * torch.randn(32, 8) + 0.2
    labels = (source @ rule).argmax(1)
    for against in (False, True):
        z = features(source)
        loss = nn.functional.cross_entropy(first(z), labels) + nn.functional.cross_entropy(second(z), labels)
        (loss - apart(target) if against else loss).backward()
        for optimizer in optimizers[1:] if against else optimizers:
            optimizer.step()
        reset()
    for _ in range(5):
        apart(target).backward()
        optimizers[0].step()
        reset()
