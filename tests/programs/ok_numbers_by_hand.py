"""Four numbers of a polynomial fitted by hand, their gradients taken away after each step, as a tutorial has it."""

import math

import torch

x = torch.linspace(-math.pi, math.pi, 2000)
y = torch.sin(x)
a, b, c, d = (torch.full((), value, requires_grad=True) for value in (0.0, -1.0, 0.0, 0.3))
for step in range(400):
    t = c + d * x
    loss = (a + b * 0.5 * (5 * t**3 - 3 * t) - y).pow(2).sum()
    loss.backward()
    with torch.no_grad():
        for number in (a, b, c, d):
            number -= 5e-6 * number.grad
            number.grad = None
    if step % 100 == 99:
        print(step, loss.item())
