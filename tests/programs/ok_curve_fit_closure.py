"""A curve fitted by LBFGS with several evaluations a step, each of which resets the gradients."""

import torch

torch.manual_seed(40)
t = torch.linspace(0, 5, 150, dtype=torch.float64)
y = 1.5 * torch.exp(-0.7 * t) + 0.3 + 0.02 * torch.randn(150, dtype=torch.float64)
parameters = [torch.nn.Parameter(torch.tensor(start, dtype=torch.float64)) for start in (1.0, 0.3, 0.0)]
optimizer = torch.optim.LBFGS(parameters, lr=0.1, max_iter=5)


def closure():
    optimizer.zero_grad()
    a, b, c = parameters
    loss = (a * torch.exp(-b * t) + c - y).square().mean()
    loss.backward()
    return loss


for _ in range(40):
    optimizer.step(closure)
