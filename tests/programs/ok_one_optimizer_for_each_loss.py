"""An adversarial autoencoder: the encoder has one optimizer for the reconstruction and one for the critic's word."""

import torch
from torch import nn

torch.manual_seed(0)
data = torch.randn(512, 4) @ torch.randn(4, 16)
encoder = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 2))
decoder = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 16))
critic = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 1))
rebuild = torch.optim.Adam(encoder.parameters(), lr=1e-3)
decode = torch.optim.Adam(decoder.parameters(), lr=1e-3)
fool = torch.optim.Adam(encoder.parameters(), lr=1e-3, betas=(0.5, 0.999))
judge = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.999))
bce = nn.BCEWithLogitsLoss()

for step in range(150):
    x = data[torch.randint(0, 512, (64,))]
    rebuild.zero_grad()
    decode.zero_grad()
    loss = nn.functional.mse_loss(decoder(encoder(x)), x)
    loss.backward()
    rebuild.step()
    decode.step()

    judge.zero_grad()
    real, fake = critic(torch.randn(64, 2)), critic(encoder(x).detach())
    (bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))).backward()
    judge.step()

    fool.zero_grad()
    fake = critic(encoder(x))
    bce(fake, torch.ones_like(fake)).backward()
    fool.step()
    if step % 50 == 0:
        print(f"step {step} reconstruction {loss.item():.4f}")
