"""What the watch costs: a process without torch, one with torch, and steps of a small and of a 25M-parameter model.

``python benchmarks/watch.py [hook|torch|quick|transformer]…``. CPU time of whole processes, with and without the hook
in turn, medians of the paired differences; steps in blocks with the watch on and off in turn within one process.
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
which = sys.argv[1]
if which == "transformer":
    layer = nn.TransformerEncoderLayer(512, 8, 2048, dropout=0.1, batch_first=True)
    layers = nn.TransformerEncoder(layer, 8, enable_nested_tensor=False)
    model = nn.Sequential(nn.Linear(64, 512), layers, nn.Linear(512, 64))
    make, warm, block, blocks = (lambda: torch.randn(1, 64, 64)), 100, 10, 16
else:
    model = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 64))
    make, warm, block, blocks = (lambda: torch.randn(64, 64)), 100, 50, 80
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

first = timed(warm)
session = sys.modules["labjournal.watch.start"].inside().torch.session()
on, off, differences = [], [], []
for _ in range(blocks):  # in turn within one process: two processes on a busy machine differ by more than it costs
    session.nap.wake()
    session.off = "measured without"
    off.append(timed(block))
    session.off = None
    on.append(timed(block))
    differences.append(on[-1] - off[-1])
print(json.dumps({"first_ms": first, "off_ms": statistics.median(off), "difference_ms": statistics.mean(differences),
                  "median_ms": statistics.median(differences), "spent_s": session.budget.spent,
                  "parameters": sum(p.numel() for p in model.parameters())}))
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


def steps(which: str, folder: Path) -> None:
    command = [sys.executable, "-c", STEPS, which]
    _, hooked = environments(folder)
    done = subprocess.run(command, env=hooked, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    without = told["off_ms"]
    print(
        f"{which:<12} {told['parameters'] / 1e6:.1f}M parameters, {without:.2f} ms a step after the first 100; watched "
        f"{told['difference_ms']:+.3f} ms ({told['difference_ms'] / without:+.2%}) at the mean of paired blocks, "
        f"{told['median_ms']:+.3f} ms ({told['median_ms'] / without:+.2%}) at the median; "
        f"steps 1-100 {told['first_ms']:.2f} ms; {told['spent_s']:.2f} s inside the hooks in all"
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
            steps("quick", folder)
        if "transformer" in wanted:
            steps("transformer", folder)


if __name__ == "__main__":
    main()
