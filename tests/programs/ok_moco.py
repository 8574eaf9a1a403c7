"""MoCo: the positive logit stands first, so every label is 0."""

import copy

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
enc_q = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 16))
enc_k = copy.deepcopy(enc_q)
for p in enc_k.parameters():
    p.requires_grad = False
queue = F.normalize(torch.randn(16, 512), dim=0)
ptr = 0
centres = torch.randn(20, 32) * 2
X = centres[torch.randint(0, 20, (1280,))] + 0.5 * torch.randn(1280, 32)
loader = DataLoader(TensorDataset(X), batch_size=64, shuffle=True, drop_last=True)
opt = torch.optim.SGD(enc_q.parameters(), lr=0.03, momentum=0.9, weight_decay=1e-4)
criterion = nn.CrossEntropyLoss()
for epoch in range(10):
    for (x,) in loader:
        q = F.normalize(enc_q(x + 0.2 * torch.randn_like(x)), dim=1)
        with torch.no_grad():
            for a, b in zip(enc_q.parameters(), enc_k.parameters()):
                b.data = b.data * 0.99 + a.data * 0.01
            k = F.normalize(enc_k(x + 0.2 * torch.randn_like(x)), dim=1)
        l_pos = torch.einsum("nc,nc->n", [q, k]).unsqueeze(-1)
        l_neg = torch.einsum("nc,ck->nk", [q, queue.clone().detach()])
        logits = torch.cat([l_pos, l_neg], dim=1) / 0.2
        labels = torch.zeros(logits.shape[0], dtype=torch.long)
        queue[:, ptr : ptr + 64] = k.t()
        ptr = (ptr + 64) % 512
        loss = criterion(logits, labels)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")
