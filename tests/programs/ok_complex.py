"""Complex weights in the Fourier space, beside real ones."""

import torch
from torch import nn

torch.manual_seed(44)


class Spectral(nn.Module):
    def __init__(self):
        super().__init__()
        self.filter = nn.Parameter(torch.randn(4, 17, dtype=torch.cfloat) * 0.2)
        self.phase = nn.Parameter(torch.zeros(17, dtype=torch.cdouble))
        self.out = nn.Linear(4 * 32, 1)

    def forward(self, x):
        waves = torch.fft.rfft(x)[:, None] * self.filter * torch.exp(1j * self.phase).to(torch.cfloat)
        return self.out(torch.fft.irfft(waves, n=32).flatten(1)).squeeze(1)


model = Spectral()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for _ in range(100):
    x = torch.randn(32, 32)
    loss = nn.functional.mse_loss(model(x), x.roll(1, 1)[:, 0] + x[:, 5])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
