"""What being run and watched costs the trainings of the five studies: their commands of the whole size, in few steps.

Each script runs under `labjournal run` as it is, on data of the whole shape; what is taken less of is printed. Those
of its CPU seconds are counted that pass inside the watch's hooks and inside what the script calls of labjournal: two
whole trainings on a shared machine differ by more than either. Part is paid once, and looks are dense in the first
hundred steps on purpose; what a step costs after that is what a run of hours pays. Looks are held to 0.25% of the time
that passes (2% of quick steps in the first minute); the rest does not grow with the batch, so the time of a step is
printed from which on both together stay below 1%. What supervisor and follower work beside it is the CPU of all
descendants less that of the script.

    python benchmarks/overhead.py [NAME ...]
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from descendants import adopt, cpu_s, reap
from labjournal.runner import commands
from labjournal.studies import filling, protocol

ENTRIES = Path(__file__).parents[1] / "entries"
SETTLED = 100
LOOKS = 0.0025
"""Share of the time that looks may take, after the first minute."""
SCRIPT = """
import json, runpy, sys, time
import labjournal
from labjournal.watch.session import Session
hooks, said, marks = [0.0], [0.0], []

def timed(call, spent, of_step=False):
    def inner(*args, **named):
        begin = time.thread_time()
        try:
            return call(*args, **named)
        finally:
            spent[0] += time.thread_time() - begin
            if of_step:
                session = sys.modules["labjournal.watch.start"].inside().torch.session()
                marks.append((time.process_time(), hooks[0], said[0], session.budget.worked))
    return inner

Session.guarded = timed(Session.guarded, hooks)
for name in ("log", "event", "note", "result", "sample", "probe", "settings"):
    setattr(labjournal, name, timed(getattr(labjournal, name), said, name == "log"))
sys.path.insert(0, sys.argv[1])
sys.argv = sys.argv[2:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    told = {"hooks": hooks[0], "said": said[0], "marks": marks, "cpu": time.process_time()}
    open("cost.json", "w").write(json.dumps(told))
"""


@dataclass(frozen=True)
class Part:
    """A stage of a study's whole size."""

    stage: str
    before: tuple[str, ...]
    """Stages whose files it needs; they run without the journal."""
    fewer: dict[str, object]
    """Settings of which less is taken; width, depth, precision and what is logged stay."""


_DATA = {
    "signals": 200,
    "train": 200,
    "held_out": 60,
    "held_out_ten": 60,
    "black_box": 40,
    "black_box_signals": 4,
    "workers": 2,
}
PARTS = {
    "jets": Part(
        "train",
        ("data", "base"),
        {
            **_DATA,
            "base_events": 16,
            "base_steps": 1,
            "batch": 2,
            "steps": 260,
            "every": 250,
            "peek": 8,
        },
    ),
    "lenses": Part("repeat", ("data",), {"rows": 900, "epochs": 1, "batch": 2, "workers": 0, "processes": 1}),
    "lrt": Part("pair", (), {"n": 20_000, "epochs": 400}),
    "profile": Part("wide", (), {"wide_seeds": 2, "most": 60}),
    "covariance": Part("overfit", (), {"samples": 20_480, "epochs": 2}),
}


def command(study: protocol.Study, stage: str, fewer: dict[str, object]) -> list[str]:
    """Of the whole size, with less of what ``fewer`` names; without torchrun, which would start another process."""
    found = next(one for one in study.stages if one.name == stage)
    places = commands.places(found.command)
    words = commands.fill(
        found.command,
        filling.settings_of(study, found, {name: str(value) for name, value in fewer.items() if name in places}),
    )
    words = shlex.split(" ".join(map(shlex.quote, words)))
    return words[next(k for k, word in enumerate(words) if word.endswith(".py")) :]


def measured(name: str, part: Part, folder: Path) -> tuple[dict[str, Any], float]:
    """What the script told of itself, and the CPU of all others."""
    study = protocol.load(ENTRIES / name, "full")
    for stage in part.before:
        line = [sys.executable, *command(study, stage, part.fewer)]
        subprocess.run(line, cwd=folder, check=True, capture_output=True)
    line = [sys.executable, "-c", SCRIPT, str(folder), *command(study, part.stage, part.fewer)]
    reap()
    before = cpu_s()
    done = subprocess.run(
        [sys.executable, "-m", "labjournal", "run", "--follow", "--", *line],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{name}: {done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    reap(wait=True)
    told: dict[str, Any] = json.loads((folder / "cost.json").read_text())
    return told, cpu_s() - before - float(told["cpu"])


def main() -> None:
    adopt()
    os.environ["OMP_NUM_THREADS"] = "1"
    print("wanted at the whole size, of hours: under 1% of the run")
    for name in sys.argv[1:] or sorted(PARTS):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / name
            shutil.copytree(ENTRIES / name, folder, ignore=shutil.ignore_patterns("out", "diary", "tables"))
            told, beside = measured(name, PARTS[name], folder)
        marks = told["marks"]
        settled = marks[SETTLED:] if len(marks) > SETTLED + 20 else marks
        (begin, *then), (end, *now), steps = settled[0], settled[-1], len(settled) - 1
        took = (end - begin) / steps
        hooks, said, looks = ((after - before) / steps for before, after in zip(then, now, strict=True))
        print(f"{name}, {PARTS[name].stage}: {len(marks)} times logged; {json.dumps(PARTS[name].fewer)}")
        print(f"  in all {told['hooks']:.2f} s CPU inside the watch, {told['said']:.2f} s inside labjournal's calls")
        print(
            f"  of the last {steps}: {1e3 * took:.1f} ms CPU each, of it {1e3 * looks:.3f} ms in looks, "
            f"{1e3 * (hooks - looks):.3f} ms in the other hooks, {1e3 * said:.3f} ms in calls: "
            f"{100 * (hooks + said) / took:.2f}%"
        )
        print(f"  below 1% for steps of more than {1e3 * (hooks - looks + said) / (0.01 - LOOKS):.0f} ms")
        print(f"  launch, supervisor and follower: {beside:.1f} s CPU beside it, mostly once", flush=True)


if __name__ == "__main__":
    main()
