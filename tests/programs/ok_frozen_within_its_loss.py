"""The function that makes the loss freezes the body from the sixth epoch on."""

import torch
from torch import nn

torch.manual_seed(33)
x = torch.randn(1200, 8)
y = x[:, :3].argmax(1)
body, head = nn.Sequential(nn.Linear(8, 32), nn.Tanh()), nn.Linear(32, 3)
model = nn.Sequential(body, head)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)


def loss_of(model, inputs, labels, epoch):
    if epoch == 6:
        for parameter in model[0].parameters():
            parameter.requires_grad_(False)
    return nn.functional.cross_entropy(model(inputs), labels)


for epoch in range(10):
    for rows in torch.randperm(1200).split(20):
        loss = loss_of(model, x[rows], y[rows], epoch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")
