"""A language model that is given its labels unshifted, as those of transformers are, and shifts them itself."""

import torch
from torch import nn
from torch.utils.data import DataLoader

torch.manual_seed(47)
text = torch.cat([torch.arange(30) * k % 30 for k in torch.randint(1, 30, (400,)).tolist()])
chunks = [{"input_ids": one, "labels": one.clone()} for one in text.split(12) if len(one) == 12]


class Causal(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.tokens, self.rnn, self.head = nn.Embedding(30, 16), nn.GRU(16, 32, batch_first=True), nn.Linear(32, 30)

    def forward(self, input_ids: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        logits = self.head(self.rnn(self.tokens(input_ids))[0])
        return nn.functional.cross_entropy(logits[:, :-1].reshape(-1, 30), labels[:, 1:].reshape(-1))


model = Causal()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
for batch in DataLoader(chunks, 16, shuffle=True):
    loss = model(**batch)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
