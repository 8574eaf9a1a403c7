"""Trains the two-branch classifier; curves and checkpoints go to a folder of their own under runs/."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from data import make_vocabulary, read_events
from model import TwoBranchClassifier, as_tensors
from torch import nn
from torch.utils.tensorboard import SummaryWriter


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data/train.jsonl"))
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--width", type=int, default=48)
    parser.add_argument("--save-every", type=int, default=300)
    parser.add_argument("--hide-numbers", type=float, default=0.25, help="share of events shown as text alone")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    torch.set_num_threads(1)  # layers this small are slower on several threads
    device = "cuda" if torch.cuda.is_available() else "cpu"

    events = read_events(args.data)
    vocabulary = make_vocabulary(events)
    tokens, numbers, labels = (tensor.to(device) for tensor in as_tensors(events, vocabulary))

    model = TwoBranchClassifier(len(vocabulary), args.width).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    model.attach_adapter(numbers.shape[1]).to(device).standardise_by(numbers)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.steps)

    writer = SummaryWriter()
    checkpoints = Path(writer.log_dir) / "checkpoints"
    checkpoints.mkdir()
    for step in range(1, args.steps + 1):
        chosen = torch.randint(len(labels), (args.batch,), device=device)
        shown = (torch.rand(args.batch, device=device) >= args.hide_numbers).float()
        loss = nn.functional.cross_entropy(model(tokens[chosen], numbers[chosen], shown), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 10 == 0:
            writer.add_scalar("train/loss", loss.item(), step)
            writer.add_scalar("train/lr", schedule.get_last_lr()[0], step)
        if step % 100 == 0:
            print(f"step {step}: loss {loss.item():.4f}", flush=True)
        if step % args.save_every == 0:
            state = {"step": step, "vocabulary": vocabulary, "width": args.width, "model": model.state_dict()}
            torch.save(state, checkpoints / f"step_{step}.pt")
    writer.close()


if __name__ == "__main__":
    main()
