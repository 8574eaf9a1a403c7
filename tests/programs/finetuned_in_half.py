"""Trained to rebuild its input in float32, then cast to bfloat16 and fine-tuned at a rate that its spacing swallows."""

import sys

import torch
from torch import nn

torch.manual_seed(6)
body = nn.Sequential(nn.Linear(8, 32), nn.LayerNorm(32), nn.ReLU())
model = nn.ModuleDict({"body": body, "rebuild": nn.Linear(32, 8), "answer": nn.Linear(32, 1)})
target = torch.randn(8, 1)


def train(parameters, head, dtype, lr, steps):
    model.to(dtype)
    optimizer = torch.optim.AdamW(parameters, lr=lr)
    for step in range(steps):
        x = torch.randn(64, 8)
        said = model[head](model["body"](x.to(dtype))).float()
        loss = (said - (x if head == "rebuild" else x @ target)).square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if step % 20 == 0:
            print(f"{head} step {step} loss {loss.item():.4f}")


train(model.parameters(), "rebuild", torch.float32, 1e-2, 45)
kept = [one for name, one in model.named_parameters() if not name.startswith("rebuild")]
train(kept, "answer", torch.float32 if "healthy" in sys.argv else torch.bfloat16, 1e-5, 60)
