"""What the watch costs: a process without torch, one with torch, and steps of a small and of a 25M-parameter model.

``python benchmarks/watch.py [hook|torch|quick|transformer]…``. CPU time of whole processes, with and without the hook
in turn, medians of the paired differences. Steps of the small model in pairs of processes; of the transformer, whose
0.5% would drown in what two processes differ by, in blocks with the watch on and off in turn within one.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from labjournal.watch.boot import prepare

STEPS = """
import json, statistics, sys, time
import torch
from torch import nn

torch.manual_seed(0)
which, steps = sys.argv[1], int(sys.argv[2])
if which == "transformer":
    layer = nn.TransformerEncoderLayer(512, 8, 2048, dropout=0.1, batch_first=True)
    layers = nn.TransformerEncoder(layer, 8, enable_nested_tensor=False)
    model = nn.Sequential(nn.Linear(64, 512), layers, nn.Linear(512, 64))
    make, block = (lambda: torch.randn(1, 64, 64)), 10
else:
    model = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 64))
    make = lambda: torch.randn(112, 64)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)

def step():
    x = make()
    loss = (model(x) - x).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

def timed(n):
    start = time.process_time()
    for _ in range(n):
        step()
    return (time.process_time() - start) / n * 1e3

first = timed(100)
parameters = sum(p.numel() for p in model.parameters())
if which == "quick":
    print(json.dumps({"first_ms": first, "ms": timed(steps), "parameters": parameters}))
    raise SystemExit
session = sys.modules["labjournal.watch.start"].inside().torch.session()
on, off, differences = [], [], []
for _ in range(steps // block):
    session.nap.wake()
    session.off = "measured without"
    off.append(timed(block))
    session.off = None
    on.append(timed(block))
    differences.append(on[-1] - off[-1])
print(json.dumps({"first_ms": first, "off_ms": statistics.median(off), "difference_ms": statistics.mean(differences),
                  "median_ms": statistics.median(differences), "spent_s": session.budget.spent,
                  "parameters": parameters}))
"""


def cpu_ms(command: list[str], env: dict[str, str]) -> float:
    """User and system CPU time of one process, in ms."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=env, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3


def environments(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Without and with the hook; each process has a fresh run folder of its own below ``folder``."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("LABJOURNAL_", "PYTHONPATH"))}
    plain["OMP_NUM_THREADS"] = "1"
    run = tempfile.mkdtemp(dir=folder)
    (Path(run) / "facts").mkdir()  # as the launcher does
    hooked = {**plain, "PYTHONPATH": str(prepare(folder / "cache"))}
    hooked.update(LABJOURNAL_RUN_ID="01JCWATCHBENCH000000000000", LABJOURNAL_RUN_DIR=run)
    return plain, hooked


def paired(code: str, folder: Path, times: int) -> None:
    command = [sys.executable, "-c", code]
    plain_env, hooked_env = environments(folder)
    cpu_ms(command, plain_env)
    cpu_ms(command, hooked_env)
    plains, differences = [], []
    for _ in range(times):
        plain_env, hooked_env = environments(folder)
        plains.append(cpu_ms(command, plain_env))
        differences.append(cpu_ms(command, hooked_env) - plains[-1])
    spread = statistics.quantiles(differences, n=4)
    print(
        f"{code:<24} {statistics.median(plains):8.1f} ms without, hook {statistics.median(differences):+7.2f} ms "
        f"(quartiles {spread[0]:+.2f} {spread[2]:+.2f}, {times} pairs)"
    )


def quick(folder: Path, pairs: int, steps: int) -> None:
    """A run of so many steps after its first 100, with the hook and without in turn."""
    command = [sys.executable, "-c", STEPS, "quick", str(steps)]

    def told(env: dict[str, str]) -> dict[str, float]:
        done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
        measured: dict[str, float] = json.loads(done.stdout)
        return measured

    differences, plains = [], []
    for _ in range(pairs):
        plain, hooked = (told(env) for env in environments(folder))
        plains.append(plain["ms"])
        differences.append((hooked["ms"] - plain["ms"]) / plain["ms"])
    spread = statistics.quantiles(differences, n=4)
    print(
        f"quick        {hooked['parameters'] / 1e6:.1f}M parameters, {statistics.median(plains):.2f} ms a step after "
        f"the first 100; watched {statistics.median(differences):+.2%} at the median of {pairs} pairs of "
        f"{steps:,} steps (quartiles {spread[0]:+.2%} {spread[2]:+.2%}); steps 1-100 {hooked['first_ms']:.2f} ms"
    )


def transformer(folder: Path, steps: int) -> None:
    command = [sys.executable, "-c", STEPS, "transformer", str(steps)]
    _, hooked = environments(folder)
    done = subprocess.run(command, env=hooked, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    without = told["off_ms"]
    print(
        f"transformer  {told['parameters'] / 1e6:.1f}M parameters, {without:.2f} ms a step after the first 100; "
        f"watched {told['difference_ms'] / without:+.2%} at the mean of paired blocks, "
        f"{told['median_ms'] / without:+.2%} at the median; steps 1-100 {told['first_ms']:.2f} ms; "
        f"{told['spent_s']:.2f} s inside the hooks in all"
    )


def main() -> None:
    wanted = sys.argv[1:] or ["hook", "torch", "quick", "transformer"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "hook" in wanted:
            paired("pass", folder, 41)
        if "torch" in wanted:
            paired("import torch", folder, 7)
        if "quick" in wanted:
            quick(folder, pairs=9, steps=4000)
        if "transformer" in wanted:
            transformer(folder, steps=160)


if __name__ == "__main__":
    main()
