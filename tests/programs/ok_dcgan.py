"""A GAN with batch norm that samples from fixed noise in train mode, as the tutorial does."""

import torch
import torch.nn as nn

torch.manual_seed(2)
netG = nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU(True), nn.Linear(32, 16), nn.Tanh())
netD = nn.Sequential(
    nn.Linear(16, 32), nn.LeakyReLU(0.2, inplace=True), nn.Dropout(0.1), nn.Linear(32, 1), nn.Sigmoid()
)
criterion = nn.BCELoss()
fixed_noise = torch.randn(16, 8)
optimizerD = torch.optim.Adam(netD.parameters(), lr=2e-4, betas=(0.5, 0.999))
optimizerG = torch.optim.Adam(netG.parameters(), lr=2e-4, betas=(0.5, 0.999))
samples = []
for i in range(80):
    netD.zero_grad()
    real = torch.tanh(torch.randn(24, 16) + 0.5)
    label = torch.full((24,), 1.0)
    errD_real = criterion(netD(real).view(-1), label)
    errD_real.backward()
    fake = netG(torch.randn(24, 8))
    label.fill_(0.0)
    errD_fake = criterion(netD(fake.detach()).view(-1), label)
    errD_fake.backward()
    optimizerD.step()
    netG.zero_grad()
    label.fill_(1.0)
    errG = criterion(netD(fake).view(-1), label)
    errG.backward()
    optimizerG.step()
    if i % 10 == 0:
        with torch.no_grad():
            samples.append(netG(fixed_noise).detach())
