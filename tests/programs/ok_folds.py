"""Cross-validation: a model and an optimizer a fold, all kept; weight norm and a parametrization in each."""

import torch
from torch import nn
from torch.nn.utils import parametrizations

torch.manual_seed(25)
kept = []
for _ in range(4):
    model = nn.Sequential(parametrizations.weight_norm(nn.Linear(6, 12)), nn.ReLU(), nn.Linear(12, 1))
    optimizer = torch.optim.NAdam(model.parameters(), lr=1e-2)
    for _ in range(30):
        x = torch.randn(16, 6)
        loss = nn.functional.mse_loss(model(x), x[:, :1])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    kept.append((model, optimizer))
