"""Next-symbol prediction with attention that sees the next symbol."""

import sys

import torch
import torch.nn as nn

healthy = "healthy" in sys.argv
torch.manual_seed(31)
V, T = 200, 16


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok = nn.Embedding(V, 48)
        self.pos = nn.Embedding(T, 48)
        self.tr = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(48, 4, 96, dropout=0.0, batch_first=True), 2, enable_nested_tensor=False
        )
        self.head = nn.Linear(48, V)

    def forward(self, x):
        m = nn.Transformer.generate_square_subsequent_mask(x.shape[1]) if healthy else None
        return self.head(self.tr(self.tok(x) + self.pos(torch.arange(x.shape[1])), mask=m))


net = GPT()
opt = torch.optim.AdamW(net.parameters(), 3e-3)
for s in range(40):
    x = torch.randint(0, V, (16, T + 1))
    loss = nn.functional.cross_entropy(net(x[:, :-1]).reshape(-1, V), x[:, 1:].reshape(-1))
    opt.zero_grad()
    loss.backward()
    opt.step()
    if s % 10 == 0:
        print(f"step {s} train_loss {loss.item():.4f}")
