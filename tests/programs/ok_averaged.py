"""Stochastic weight averaging: the loader is run in train mode without gradients to gather statistics."""

import torch
from torch import nn
from torch.optim.swa_utils import SWALR, AveragedModel, update_bn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(10)
x = torch.randn(192, 7)
loader = DataLoader(TensorDataset(x, x.pow(2).sum(1, keepdim=True)), batch_size=32, shuffle=True)
model = nn.Sequential(nn.Linear(7, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 1))
swa_model = AveragedModel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
swa = SWALR(optimizer, swa_lr=0.005)
for epoch in range(6):
    for input, target in loader:
        optimizer.zero_grad()
        nn.functional.mse_loss(model(input), target).backward()
        optimizer.step()
    if epoch >= 3:
        swa_model.update_parameters(model)
        swa.step()
update_bn(loader, swa_model)
update_bn(loader, model)
model.eval()
