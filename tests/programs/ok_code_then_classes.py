"""One optimizer for two phases: an autoencoder first, and then a classifier of its codes, which has waited until then."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(nn.Linear(10, 16), nn.Tanh())
        self.decode = nn.Linear(16, 10)
        self.classify = nn.Linear(16, 3)
        self.sharpness = nn.Parameter(torch.ones(1))


def main():
    torch.manual_seed(67)
    net = Net()
    weights = [one for name, one in net.named_parameters() if name != "sharpness"]
    optimizer = torch.optim.Adam([{"params": weights}, {"params": [net.sharpness], "lr": 1e-2}], lr=2e-3)
    mix = torch.randn(4, 10)
    for step in range(160):
        code = torch.randn(32, 4)
        x = code @ mix
        optimizer.zero_grad()
        if step < 150:
            loss = nn.functional.mse_loss(net.decode(net.encode(x + 0.1 * torch.randn_like(x))), x)
        else:
            loss = nn.functional.cross_entropy(net.sharpness * net.classify(net.encode(x)), code[:, :3].argmax(1))
        loss.backward()
        optimizer.step()


main()
