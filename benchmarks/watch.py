"""What the watch costs: a process without torch, one with torch, and steps of a small and of a 25M-parameter model.

``python benchmarks/watch.py [hook|torch|quick|transformer]…``. CPU time of whole processes, with and without the hook
in turn, medians of the paired differences. Steps in blocks with the watch on and off in turn within one process, since
half a percent would drown in what two processes differ by; what the hooks of a watch that is off take is added.
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
which, blocks, block = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if which == "transformer":
    layer = nn.TransformerEncoderLayer(512, 8, 2048, dropout=0.1, batch_first=True)
    layers = nn.TransformerEncoder(layer, 8, enable_nested_tensor=False)
    model = nn.Sequential(nn.Linear(64, 512), layers, nn.Linear(512, 64))
    make = lambda: torch.randn(1, 64, 64)
elif which == "quick":
    model = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 64))
    make = lambda: torch.randn(112, 64)
else:
    model, make = nn.Linear(1, 1), lambda: torch.ones(1, 1)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)

def step():
    x = make()
    loss = (model(x) - x).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

def timed(n, each=None):
    start = last = time.thread_time()
    for _ in range(n):
        step()
        if each is not None:
            now, looked = time.thread_time(), tracked.looks
            each.append((now - last, looked))
            last = now
    return (time.thread_time() - start) / n * 1e3

def robust(off, on):
    # the same from single steps: medians of those with and without a look, so that one slow step says nothing
    before = [looks, *[n for _, n in on]]
    quiet = statistics.median(t for (t, n), last in zip(on, before) if n == last)
    looking = [t for (t, n), last in zip(on, before) if n > last]
    off = statistics.median(t for t, _ in off)
    look = statistics.median(looking) - quiet if looking else 0.0
    return (quiet - off + look * len(looking) / len(on)) / off, look * 1e3

first = timed(100)
inside = getattr(sys.modules.get("labjournal.watch.start"), "inside", lambda: None)()
if which == "idle":
    if inside:
        inside.torch.session().off = "measured without"
    print(json.dumps({"us": min(timed(block) for _ in range(blocks)) * 1e3}))
    raise SystemExit
session = inside.torch.session()
tracked, = session.optimizers.all()
unwatched = 0.0
session.budget._work = lambda: time.thread_time() - unwatched
session.budget._clock = lambda: time.thread_time() - unwatched  # the share is of watched time alone
session.budget.started = session.budget._clock()
off, differences, looks, off_steps, on_steps = [], [], tracked.looks, [], []
for _ in range(blocks):
    session.nap.wake()
    session.off = "measured without"
    off.append(timed(block, off_steps))
    unwatched += off[-1] * block / 1e3
    session.off = None
    tracked.n += block
    session.families.gradients.backwards += block
    differences.append(timed(block, on_steps) - off[-1])
cost, look = robust(off_steps, on_steps)
print(json.dumps({"first_ms": first, "off_ms": statistics.mean(off), "difference_ms": statistics.mean(differences),
                  "error_ms": statistics.stdev(differences) / len(differences) ** 0.5, "looks": tracked.looks - looks,
                  "robust": cost, "look_ms": look,
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


def steps(which: str, folder: Path, blocks: int, block: int, watched: bool = True) -> dict[str, float]:
    """What one process with so many blocks of steps says of itself."""
    environment = environments(folder)[watched]
    command = [sys.executable, "-c", STEPS, which, str(blocks), str(block)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def idle_us(folder: Path) -> float:
    """What the hooks of a watch that is off add to a step, in us: it is in neither of two blocks' difference."""
    pairs = [[steps("idle", folder, 9, 2000, watched)["us"] for watched in (True, False)] for _ in range(3)]
    return min(hooked for hooked, _ in pairs) - min(plain for _, plain in pairs)


def blocks_in_turn(which: str, folder: Path, blocks: int, block: int) -> None:
    told = [steps(which, folder, blocks, block) for _ in range(3)]
    idle = idle_us(folder) / 1e3
    without = statistics.mean(one["off_ms"] for one in told)
    costs = [(one["difference_ms"] + idle) / one["off_ms"] for one in told]
    errors = [one["error_ms"] / one["off_ms"] for one in told]
    each = ", ".join(f"{cost:+.2%} ± {error:.2%}" for cost, error in zip(costs, errors, strict=True))
    medians = ", ".join(f"{one['robust'] + idle / without:+.2%}" for one in told)
    looks = told[0]["looks"] * told[0]["look_ms"] / (blocks * block * without)
    print(
        f"{which:<12} {told[0]['parameters'] / 1e6:.1f}M parameters, {without:.2f} ms a step after the first 100; "
        f"watched {each} over {blocks * block:,} steps each, by medians of single steps {medians} "
        f"({told[0]['looks']:.0f} looks of {told[0]['look_ms']:.2f} ms are {looks:.2%}, "
        f"hooks that do nothing {idle / without:.2%}); steps 1-100 {told[0]['first_ms']:.2f} ms"
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
            blocks_in_turn("quick", folder, blocks=80, block=50)
        if "transformer" in wanted:
            blocks_in_turn("transformer", folder, blocks=24, block=20)


if __name__ == "__main__":
    main()
