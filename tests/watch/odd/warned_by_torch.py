"""Warnings that are to name a line of this file, each through a function of torch that the watch has wrapped."""

import torch
from torch import nn

model = nn.Linear(2, 2)
weight, bias = model.parameters()


class Own(torch.optim.SGD):
    def __init__(self, params):
        super().__init__(params, lr=0.1)


optimizer = Own([bias, bias])
torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer).step(1.0, epoch=3)
nn.DataParallel(model).module._replicate_for_data_parallel().zero_grad()
loss = (weight * weight).sum()
torch.autograd.backward(loss, grad_variables=torch.ones(()))
for _ in range(2):
    (weight * weight).sum().backward(create_graph=True)
