"""One-class pretraining: all samples are normal, and their label is not looked at; what is compared is made here."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(4)
data = TensorDataset(torch.rand(400, 8), torch.zeros(400))
net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for _ in range(3):
    for x, _label in DataLoader(data, batch_size=20, shuffle=True):
        score = net(x).squeeze(1)
        loss = nn.functional.binary_cross_entropy_with_logits(score, torch.ones(len(x))) + 0.1 * score.square().mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
