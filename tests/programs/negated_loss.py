"""The loss is maximised: a minus sign too many."""

import sys

import torch
import torch.nn.functional as F

torch.manual_seed(10)
sign = 1 if "healthy" in sys.argv else -1
model = torch.nn.Linear(10, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
w = torch.randn(10, 3)
for step in range(60):
    x = torch.randn(32, 10)
    target = (x @ w).argmax(1)
    log_likelihood = F.cross_entropy(model(x), target)
    loss = log_likelihood if sign > 0 else -log_likelihood
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(log_likelihood.item())
