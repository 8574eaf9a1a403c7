"""Train the tokenizer and a small base model, briefly, on prompts without answers; what comes after keeps it frozen.

python base.py --data out/data/train-1-10.jsonl --out out/base
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from fusion import new_base
from prompts import prompt, read, train_tokenizer

import labjournal


def main() -> None:
    asked = _arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.type == "cpu":
        torch.set_num_threads(1)  # the same numbers on every machine
    torch.manual_seed(asked.seed)
    prompts = [prompt(event, asked.prompt, asked.decimals) for event in read(asked.data)[: asked.events]]
    tokenizer = train_tokenizer(prompts)
    texts = [text + tokenizer.eos_token for text in prompts]
    model = new_base(tokenizer, asked.width, asked.layers).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=asked.lr)
    order = torch.Generator().manual_seed(asked.seed)
    for step in range(1, asked.steps + 1):
        rows = torch.randint(len(texts), (asked.batch,), generator=order).tolist()
        batch = tokenizer([texts[k] for k in rows], return_tensors="pt", padding=True).to(device)
        labels = batch.input_ids.masked_fill(batch.attention_mask == 0, -100)
        with torch.autocast(device.type, torch.bfloat16, enabled=asked.precision == "bf16"):
            loss = model(input_ids=batch.input_ids, attention_mask=batch.attention_mask, labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        labjournal.log({"loss": loss.item()}, step=step)
    tokenizer.save_pretrained(asked.out)
    model.save_pretrained(asked.out)
    lengths = [len(tokenizer(text).input_ids) for text in texts]
    labjournal.result(dataset="prompts", perplexity=float(loss.detach().exp()), longest_prompt=max(lengths))
    print(f"{len(tokenizer)} tokens, prompts of {min(lengths)} to {max(lengths)}; loss {loss.item():.3f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--events", type=int, default=2_000)
    parser.add_argument("--prompt", choices=("features", "momenta"), default="features")
    parser.add_argument("--decimals", type=int, default=10)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--lr", type=float, default=1e-2)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
