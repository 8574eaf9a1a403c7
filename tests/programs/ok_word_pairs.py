"""Words and the words beside them: a pair occurs many times, in both parts of the text."""

import torch
from torch import nn
from torch.utils.data import DataLoader, random_split

torch.manual_seed(32)
text = torch.distributions.Categorical(1 / (torch.arange(80.0) + 5)).sample((4000,)).tolist()
pairs = [(text[at], text[at + off]) for at in range(2, 3998) for off in (-2, -1, 1, 2)]
train_set, val_set = random_split(pairs, [14000, len(pairs) - 14000])
model = nn.Sequential(nn.Embedding(80, 12), nn.Linear(12, 80))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for _ in range(2):
    for word, beside in DataLoader(train_set, 128, shuffle=True):
        loss = nn.functional.cross_entropy(model(word), beside)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        losses = [nn.functional.cross_entropy(model(word), beside).item() for word, beside in DataLoader(val_set, 500)]
    print(sum(losses) / len(losses))
