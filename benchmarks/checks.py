"""The scoreboard of the checks: faults named, missed, false alarms, overhead; and torch-audit's on the same programs.

``python benchmarks/checks.py``. Programs of ``tests/watch/programs``: faulty ones, their healthy twins, and tricky
healthy ones, each in a process of its own, forked from one that has torch loaded. A fault counts as named when the
right rule is among the first two findings at warning or above. For torch-audit 0.3.0, where it is installed, a fault
counts as named when any of its findings falls on it by the table below, which is generous: its rules are coarser.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests" / "watch"
sys.path.insert(0, str(TESTS))

from faults import FAULTY  # noqa: E402
from hooked import PROGRAMS, Hooked, Zygote  # noqa: E402

AUDITED = """
import json, runpy, sys
import torch
from torch_audit import autopatch

autopatch()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
AUDIT_WORDS = {
    "nonfinite": ("nan", "inf"),
    "grad_explosion": ("explod", "large grad"),
    "vanishing_gradient": ("vanish", "tiny grad"),
    "zero_grad": ("zero grad", "no grad", "dead"),
    "no_grad": ("no grad", "unused", "missing grad"),
    "dead_activations": ("dead",),
    "train_in_eval_mode": ("eval mode",),
    "val_in_train_mode": ("train mode",),
    "grad_accumulating": ("accumul", "zero_grad"),
    "weight_decay_dominates": ("weight decay",),
    "param_not_in_optimizer": ("optimizer",),
    "stale_optimizer_param": ("optimizer",),
    "constant_input": ("constant", "variance"),
    "update_too_large": ("learning rate",),
    "update_too_small": ("learning rate",),
}


class Count:
    """What one tool did on all programs."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.named: list[str] = []
        self.missed: list[str] = []
        self.false: list[str] = []
        self.healthy = 0
        self.failed: list[str] = []

    def tell(self) -> None:
        faults = len(self.named) + len(self.missed)
        print(
            f"{self.name:<14} named {len(self.named)} of {faults}, missed {len(self.missed)}, false alarms on "
            f"{len(self.false)} of {self.healthy} healthy programs"
        )
        for word, programs in (("missed", self.missed), ("false", self.false), ("failed", self.failed)):
            if programs:
                print(f"  {word}: {', '.join(programs)}")


def spoken(done: Hooked) -> list[str]:
    return [data["rule"] for data in done.findings("alarm", "warning")]


def audit_said(done: Hooked) -> list[str]:
    """Lines of torch-audit's report that are findings at warning or above."""
    lines = (done.stdout + done.stderr).lower().splitlines()
    return [line for line in lines if "warning" in line or "error" in line or "fatal" in line]


def main() -> None:
    zygote = Zygote()
    tricky = sorted(path.stem for path in PROGRAMS.glob("ok_*.py"))
    jobs = [(name, ()) for name in FAULTY] + [(name, ("healthy",)) for name in FAULTY] + [(name, ()) for name in tricky]
    ours, theirs = Count("labjournal"), Count("torch-audit")
    has_audit = importlib.util.find_spec("torch_audit") is not None
    extra: list[float] = []
    spent: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "audited.py").write_text(AUDITED)
        for at, (program, args) in enumerate(jobs):
            path, place = PROGRAMS / f"{program}.py", folder / str(at)
            place.mkdir()
            start = time.perf_counter()
            zygote.run(path, place, *args, hook=False)
            plain = time.perf_counter()
            done = zygote.run(path, place, *args)
            extra.append((time.perf_counter() - plain) - (plain - start))
            spent += [data["spent_s"] for data in done.data("watch_end")]
            faulty = program in FAULTY and not args
            rules = spoken(done)
            label = program + ("" if not args else " (healthy)")
            if done.returncode:
                ours.failed.append(label)
            if faulty:
                (ours.named if FAULTY[program][0] in rules[:2] else ours.missed).append(label)
            else:
                ours.healthy += 1
                if rules:
                    ours.false.append(f"{label}: {rules[0]}")
            if has_audit:
                audited = zygote.run(folder / "audited.py", place, str(path), *args, hook=False)
                said = audit_said(audited)
                if audited.returncode:
                    theirs.failed.append(label)
                if faulty:
                    words = AUDIT_WORDS.get(FAULTY[program][0], ())
                    hit = any(word in line for line in said for word in words)
                    (theirs.named if hit else theirs.missed).append(label)
                else:
                    theirs.healthy += 1
                    if said:
                        theirs.false.append(label)
    zygote.close()
    ours.tell()
    print(
        f"  overhead: {statistics.median(extra):+.2f} s a program at the median (start of the watch included), "
        f"{statistics.median(spent):.3f} s inside the hooks, {max(spent):.3f} s at most"
    )
    if has_audit:
        theirs.tell()
    else:
        print("torch-audit    not installed: pip install torch-audit==0.3.0")
    print(
        json.dumps({"named": len(ours.named), "faulty": len(FAULTY), "false": len(ours.false), "healthy": ours.healthy})
    )


if __name__ == "__main__":
    main()
