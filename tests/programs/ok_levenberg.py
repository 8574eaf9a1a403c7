"""Levenberg and Marquardt's steps as an optimizer: they are solved for, and no tensor has a gradient of its own."""

import torch
from torch import nn
from torch.func import functional_call, jacrev, vmap

torch.manual_seed(3)
torch.set_default_dtype(torch.float64)


class Levenberg(torch.optim.Optimizer):
    def __init__(self, model):
        super().__init__(model.parameters(), {"damping": 0.1})
        self.model = model

    def _error(self, params, x, y):
        return (functional_call(self.model, params, (x.unsqueeze(0),)) - y).squeeze()

    @torch.no_grad()
    def step(self, x, y):
        named = {name: one.detach() for name, one in self.model.named_parameters()}
        by_name = vmap(jacrev(self._error), in_dims=(None, 0, 0))(named, x, y)
        jacobian = torch.cat([by_name[name].flatten(1) for name in named], 1)
        error = (self.model(x) - y).squeeze(-1)
        group = self.param_groups[0]
        curvature = jacobian.T @ jacobian + group["damping"] * torch.eye(jacobian.shape[1])
        step, before, at = torch.linalg.solve(curvature, jacobian.T @ error), error.square().mean(), 0
        kept = [one.clone() for one in group["params"]]
        for one in group["params"]:
            one -= step[at : at + one.numel()].view_as(one)
            at += one.numel()
        after = (self.model(x) - y).square().mean()
        if after >= before:
            for one, old in zip(group["params"], kept):
                one.copy_(old)
        group["damping"] *= 0.5 if after < before else 4
        return after.item()


x = torch.rand(200, 2) * 4 - 2
y = torch.sin(2 * x[:, :1]) * x[:, 1:] + 0.05 * torch.randn(200, 1)
net = nn.Sequential(nn.Linear(2, 12), nn.Tanh(), nn.Linear(12, 1))
optimizer = Levenberg(net)
for step in range(60):
    loss = optimizer.step(x, y)
    if step % 10 == 0:
        print(f"step {step} loss {loss:.5f}")
