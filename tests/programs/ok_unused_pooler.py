"""The optimizer holds a head that this task never calls, as pretrained models bring them along."""

import torch
from torch import nn

torch.manual_seed(27)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.mask_token = nn.Parameter(torch.zeros(16))
        self.pooler = nn.Linear(16, 16)
        self.head = nn.Linear(16, 2)

    def forward(self, x):
        return self.head(self.layers(x).mean(1))

    def report(self):
        return self.mask_token.detach().norm().item()


pretrained = {name: weight for name, weight in Encoder().state_dict().items() if not name.startswith("head.")}
model = Encoder()
model.load_state_dict(pretrained, strict=False)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
for _ in range(60):
    loss = nn.functional.cross_entropy(model(torch.randn(4, 5, 16)), torch.randint(0, 2, (4,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(model.report())
