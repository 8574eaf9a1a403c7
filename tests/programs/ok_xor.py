"""XOR: four rows again and again, a large learning rate, a loss that falls to nearly nothing."""

import torch
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(5)
X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]).repeat(50, 1)
Y = torch.tensor([[0.0], [1.0], [1.0], [0.0]]).repeat(50, 1)
model = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
for epoch in range(20):
    for x, y in DataLoader(TensorDataset(X, Y), batch_size=40, shuffle=True):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print(loss.item())
