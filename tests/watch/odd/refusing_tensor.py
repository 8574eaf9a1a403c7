"""A parameter of a tensor class that refuses most of what one may ask of it."""

import torch
from late import noise, train
from torch import nn

REFUSED = frozenset("norm numel ne eq isfinite view reshape data_ptr untyped_storage clone element_size".split())


class Sealed(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if getattr(func, "__name__", "") in REFUSED:
            raise NotImplementedError(func.__name__)
        return super().__torch_function__(func, types, args, kwargs or {})


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(8, 8).as_subclass(Sealed))
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        return self.out(self.adapter((x @ self.weight).as_subclass(torch.Tensor)))


torch.manual_seed(0)
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, foreach=False)
model.adapter = nn.Linear(8, 8)
train(model, optimizer, noise())
