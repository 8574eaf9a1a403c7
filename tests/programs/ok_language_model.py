"""A small causal language model: dict batches, tied embedding, labels equal to the inputs, shifted inside."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Text(Dataset):
    def __init__(self):
        generator = torch.Generator().manual_seed(0)
        self.ids = torch.randint(0, 60, (160, 17), generator=generator)

    def __len__(self):
        return len(self.ids)

    def __getitem__(self, i):
        return {"input_ids": self.ids[i], "labels": self.ids[i].clone(), "attention_mask": torch.ones(17)}


class LM(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(60, 32)
        self.block = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.1, batch_first=True)
        self.lm_head = nn.Linear(32, 60, bias=False)
        self.lm_head.weight = self.wte.weight

    def forward(self, input_ids, labels=None, attention_mask=None):
        mask = nn.Transformer.generate_square_subsequent_mask(input_ids.shape[1])
        logits = self.lm_head(self.block(self.wte(input_ids), src_mask=mask, is_causal=True))
        loss = (
            F.cross_entropy(logits[:, :-1].reshape(-1, 60), labels[:, 1:].reshape(-1)) if labels is not None else None
        )
        return {"loss": loss, "logits": logits}


torch.manual_seed(23)
model = LM()
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=0.1)
for epoch in range(3):
    for batch in DataLoader(Text(), batch_size=8, shuffle=True):
        loss = model(**batch)["loss"]
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        model.zero_grad()
