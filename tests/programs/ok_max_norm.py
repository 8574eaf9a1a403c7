"""Once an epoch the rows are brought back to a norm, in place, and the average of the weights is swapped in and out."""

import torch
from torch import nn

torch.manual_seed(37)
model = nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
average = [p.detach().clone() for p in model.parameters()]
x = torch.randn(660, 12)
y = (x[:, 0] > 0).long()
for epoch in range(6):
    for at in range(0, 660, 20):
        loss = nn.functional.cross_entropy(model(x[at : at + 20]), y[at : at + 20])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        for layer in (model[0], model[2]):
            layer.weight.mul_((3.0 / layer.weight.norm(dim=1, keepdim=True)).clamp(max=1.0))
        kept = [p.clone() for p in model.parameters()]
        for p, mean in zip(model.parameters(), average, strict=True):
            mean.lerp_(p, 0.5)
            p.copy_(mean)
        print(epoch, nn.functional.cross_entropy(model(x), y).item())
        for p, own in zip(model.parameters(), kept, strict=True):
            p.copy_(own)
