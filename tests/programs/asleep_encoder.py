"""A pretrained encoder comes in eval mode and is put into a model of one's own, which is in train mode by itself."""

import sys

import torch
from torch import nn

torch.manual_seed(12)
HEALTHY = "healthy" in sys.argv


def from_pretrained():
    layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.1, batch_first=True)
    return nn.Sequential(nn.Embedding(40, 16), nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)).eval()


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = from_pretrained()
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(16, 3))

    def forward(self, words):
        return self.head(self.encoder(words).mean(1))


model = Tagger()
if HEALTHY:
    model.train()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
for step in range(60):
    words = torch.randint(0, 40, (16, 6))
    loss = nn.functional.cross_entropy(model(words), words[:, 0] % 3)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.4f}")
