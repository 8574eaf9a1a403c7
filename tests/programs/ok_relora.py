"""ReLoRA: now and then adapters are merged into the frozen weights for good, and begin anew from zero."""

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(2)


class ReLoRA(nn.Linear):
    def __init__(self, cin, cout, rank=2):
        super().__init__(cin, cout)
        self.weight.requires_grad_(False)
        self.a = nn.Parameter(torch.empty(cin, rank))
        self.b = nn.Parameter(torch.zeros(rank, cout))
        nn.init.kaiming_uniform_(self.a)

    def forward(self, x):
        return F.linear(x, self.weight, self.bias) + x @ self.a @ self.b

    @torch.no_grad()
    def merge_and_restart(self):
        self.weight += (self.a @ self.b).T
        nn.init.kaiming_uniform_(self.a)
        self.b.zero_()


model = nn.Sequential(ReLoRA(16, 24), nn.ReLU(), ReLoRA(24, 4))
params = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.Adam(params, lr=5e-3)
for cycle in range(5):
    for _ in range(15):
        x = torch.randn(32, 16)
        optimizer.zero_grad()
        F.cross_entropy(model(x), x[:, :4].argmax(1)).backward()
        optimizer.step()
    for module in model.modules():
        if isinstance(module, ReLoRA):
            module.merge_and_restart()
    optimizer.state.clear()
