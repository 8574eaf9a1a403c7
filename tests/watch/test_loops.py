"""Which setting bounds the loop around a step, as the script says it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hooked import Zygote

pytest.importorskip("torch")

START = """
import argparse
from itertools import islice

import torch

parser = argparse.ArgumentParser()
for name in ("steps", "iterations", "updates", "limit", "accumulate"):
    parser.add_argument(f"--{name}", type=int, default=40)
args = parser.parse_args([])
weight = torch.nn.Parameter(torch.ones(3))
optimizer = torch.optim.SGD([weight], 1e-3)
data = [torch.randn(3) for _ in range(25)]


def fit(x):
    optimizer.zero_grad()
    loss = (weight * x).square().sum()
    loss.backward()
    optimizer.step()
    return loss.item()


"""
BOUND = {
    "for step in range(args.iterations):\n    fit(data[step % 25])\n    if step == 21: break": "iterations",
    "step = 0\nfor x in data:\n    fit(x)\n    step += 1\n    if step >= args.steps: break": "steps",
    "left = iter(data)\nfor step in range(1, args.updates + 1):\n    try:\n        x = next(left)\n"
    "    except StopIteration:\n        break\n    fit(x)": "updates",
    "for x in islice(data, args.steps):\n    fit(x)": "steps",
    "for step, x in zip(range(args.steps), data):\n    fit(x)": "steps",
    "step = 0\nwhile step < args.steps:\n    for x in data:\n        fit(x)\n        step += 1\n"
    "        if step >= args.steps: break": "steps",
}
UNSURE = (
    "for step in range(args.steps):\n    if fit(data[step % 25]) < 1e-3: break",
    "bad = 0\nfor step in range(args.steps):\n    bad += 1\n    if fit(data[step % 25]) < 9: bad = 0\n"
    "    if bad > 5: break",
    "for step in range(args.steps):\n    (weight * data[step % 25]).square().sum().backward()\n"
    "    if step % args.accumulate == 1: optimizer.step()",
    "for step, x in enumerate(data):\n    fit(x)\n    if step >= args.limit: break",
    "seen = 0\nwhile seen < args.steps:\n    fit(data[0])\n    seen += 3",
    "for epoch in range(2):\n    for x in data:\n        fit(x)",
)


def counted_by(zygote: Zygote, folder: Path, loop: str) -> str | None:
    (folder / "train.py").write_text(START + loop + "\n")
    done = zygote.run(folder / "train.py", folder)
    assert done.returncode == 0, done.stderr
    (end,) = done.data("watch_end")
    assert end["errors"] == 0
    name: str | None = end["counted_by"]
    return name


@pytest.mark.parametrize("loop", BOUND)
def test_a_loop_that_ends_by_its_counter_tells_its_setting(loop: str, tmp_path: Path, zygote: Zygote) -> None:
    assert counted_by(zygote, tmp_path, loop) == BOUND[loop]


@pytest.mark.parametrize("loop", UNSURE)
def test_a_loop_that_may_end_otherwise_or_steps_now_and_then_tells_none(
    loop: str, tmp_path: Path, zygote: Zygote
) -> None:
    assert counted_by(zygote, tmp_path, loop) is None
