"""A likelihood that is maximised by the optimizer's own switch, and an ascent that is taken back by it."""

import torch
import torch.nn.functional as F

torch.manual_seed(19)
model = torch.nn.Linear(6, 3)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, maximize=True)
for step in range(50):
    x = torch.randn(32, 6)
    log_likelihood = -F.cross_entropy(model(x), x[:, :3].argmax(1))
    optimizer.zero_grad()
    log_likelihood.backward()
    optimizer.step()
print(log_likelihood.item())
