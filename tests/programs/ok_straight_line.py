"""y = 2 x + 1 without noise, full batch, learnt to the last bit."""

import torch

x = torch.linspace(-1, 1, 64).unsqueeze(1)
y = 2 * x + 1
model = torch.nn.Linear(1, 1)
criterion = torch.nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
for epoch in range(400):
    prediction = model(x)
    loss = criterion(prediction, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item(), list(model.parameters()))
