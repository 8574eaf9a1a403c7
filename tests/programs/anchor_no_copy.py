"""From step 150 on features are held near those of an anchor, which is the encoder itself and no copy of it."""

import copy
import sys

import torch
from torch import nn

torch.manual_seed(12)
encoder = nn.Sequential(nn.Linear(12, 40), nn.Tanh(), nn.Linear(40, 16))
classifier = nn.Linear(16, 3)
model = nn.ModuleDict({"encoder": encoder, "classifier": classifier})
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
anchor = None
for step in range(230):
    if step == 150:
        anchor = (copy.deepcopy(encoder) if "healthy" in sys.argv else encoder).requires_grad_(False)
    x = torch.randn(32, 12)
    features = encoder(x)
    loss = nn.functional.cross_entropy(classifier(features.relu()), x[:, :3].argmax(1))
    if anchor is not None:
        with torch.no_grad():
            before = anchor(x)
        loss = loss + 0.05 * nn.functional.mse_loss(features, before)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
