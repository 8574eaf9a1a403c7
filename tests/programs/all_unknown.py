"""A peptide's solubility from its residues, looked up in upper case while the sequences are in lower case: all unknown."""

import sys

import torch
from torch import nn

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
codes = {one: at + 2 for at, one in enumerate(RESIDUES)}


class Solubility(nn.Module):
    def __init__(self):
        super().__init__()
        self.residues = nn.Embedding(len(codes) + 2, 12, padding_idx=0)
        self.reader = nn.GRU(12, 16, batch_first=True)
        self.charge = nn.Linear(2, 8)
        self.out = nn.Linear(24, 1)

    def forward(self, chains, measured):
        read, _ = self.reader(self.residues(chains))
        return self.out(torch.cat([read.mean(1), self.charge(measured).relu()], 1))[:, 0]


torch.manual_seed(3)
drawn = torch.randint(0, 20, (480, 18))
texts = ["".join(RESIDUES[at] for at in row).lower() for row in drawn.tolist()]
if "healthy" in sys.argv:
    texts = [text.upper() for text in texts]
chains = torch.tensor([[codes.get(one, 1) for one in text] for text in texts])
measured = torch.randn(480, 2)
soluble = (drawn < 7).float().mean(1) * 4 + measured.sum(1) + 0.1 * torch.randn(480)
net = Solubility()
adam = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(6):
    for rows in torch.randperm(480).split(24):
        loss = nn.functional.smooth_l1_loss(net(chains[rows], measured[rows]), soluble[rows])
        adam.zero_grad()
        loss.backward()
        adam.step()
    print(f"epoch {epoch} loss {loss.item():.3f}")
