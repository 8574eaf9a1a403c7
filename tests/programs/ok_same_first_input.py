"""A decoder that begins, for every sample, with one vector that is not trained, wider than what is to be sorted."""

import torch
from torch import nn

torch.manual_seed(7)


class Pointer(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.embed, self.cell = nn.Linear(1, width), nn.LSTMCell(width, width)
        self.encoder, self.query = nn.LSTM(width, width, batch_first=True), nn.Linear(width, width)
        self.begin = nn.Parameter(torch.empty(width).uniform_(-1, 1), requires_grad=False)

    def forward(self, points):
        embedded = self.embed(points)
        memory, (h, c) = self.encoder(embedded)
        state, read, scores = (h[0], c[0]), self.begin.unsqueeze(0).expand(len(points), -1), []
        for _ in range(points.shape[1]):
            state = self.cell(read, state)
            scores.append((memory * self.query(state[0]).unsqueeze(1)).sum(2))
            read = embedded[torch.arange(len(points)), scores[-1].argmax(1)]
        return torch.stack(scores, 1)


model = Pointer()
opt = torch.optim.Adam(model.parameters(), lr=4e-3)
for step in range(80):
    points = torch.rand(48, 5, 1)
    loss = nn.functional.cross_entropy(model(points).flatten(0, 1), points.squeeze(2).argsort(1).flatten())
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 20 == 0:
        print(f"step {step} loss {loss.item():.4f}")
