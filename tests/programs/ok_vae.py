"""A variational autoencoder: it samples in eval mode too, and its target is its input."""

import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.utils.data import DataLoader


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(36, 40), nn.Linear(40, 4), nn.Linear(40, 4)
        self.fc3, self.fc4 = nn.Linear(4, 40), nn.Linear(40, 36)

    def reparameterize(self, mu, logvar):
        return mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)

    def forward(self, x):
        h = F.relu(self.fc1(x))
        mu, logvar = self.fc21(h), self.fc22(h)
        z = self.reparameterize(mu, logvar)
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z)))), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum")
    return bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


torch.manual_seed(1)
images = torch.rand(320, 36)
train_loader = DataLoader(list(zip(images[:256], images[:256])), batch_size=32, shuffle=True)
test_loader = DataLoader(list(zip(images[256:], images[256:])), batch_size=32)
model = VAE()
optimizer = optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(4):
    model.train()
    for data, _ in train_loader:
        optimizer.zero_grad()
        loss = loss_function(*model(data)[:1], data, *model(data)[1:])
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        print(epoch, sum(loss_function(*model(d)[:1], d, *model(d)[1:]).item() for d, _ in test_loader))
