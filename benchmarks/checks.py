"""The scoreboard of the checks: faults named, missed, false alarms, overhead; and torch-audit's on the same programs.

``python benchmarks/checks.py``. Programs of ``tests/programs``: faulty ones, their healthy twins, and tricky
healthy ones, each in a process of its own, forked from one that has torch loaded. A fault counts as named when the
right rule is among the first two findings at warning or above. For faults of membership and of movement, the steps from
the beginning of the fault to its finding are told too. For torch-audit 0.3.0, where it is installed, a fault
counts as named when any of its findings, at whatever place, is of a rule that may be taken to name it.
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

from faults import BEGINS, FAULTY, ONCE_IN  # noqa: E402
from hooked import PROGRAMS, Hooked, Zygote  # noqa: E402

from labjournal.watch.rules import RULES  # noqa: E402

SOON = 20
"""Real steps within which a fault of membership or movement is to be named."""

AUDITED = """
import atexit, gc, runpy, sys
import torch
from torch_audit import autopatch

class Lines:
    def report(self, result):
        for finding in result.findings:
            print("AUDIT", finding.rule_id, finding.severity.name, file=sys.__stderr__, flush=True)

real = torch.optim.Optimizer.__init__

def made(self, *args, **kwargs):
    real(self, *args, **kwargs)
    first = self.param_groups[0]["params"][0]
    models = [m for m in gc.get_objects() if isinstance(m, torch.nn.Module)]
    models = [m for m in models if any(p is first for p in m.parameters())]
    if models:  # its own way in asks for the model: the largest one that holds what the optimizer holds
        auditor = autopatch(max(models, key=lambda m: len(list(m.modules()))), optimizer=self, every_n_steps=1,
                  reporters=[Lines()], suppress_internal_errors=True)
        atexit.register(auditor.finish, report=True)

torch.optim.Optimizer.__init__ = made
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
AUDIT_RULES = {
    "nonfinite": ("TA100",),
    "grad_explosion": ("TA100", "TA102"),
    "update_too_large": ("TA100", "TA102"),
    "dead_activations": ("TA103", "TA105", "TA104", "TA405"),
    "zero_grad": ("TA103", "TA104"),
    "no_grad": ("TA104", "TA500"),
    "grad_intermittent_zero": ("TA103", "TA104"),
    "vanishing_gradient": ("TA103", "TA104"),
    "constant_input": ("TA302",),
    "weight_decay_dominates": ("TA402", "TA403"),
    "param_not_in_optimizer": ("TA104", "TA500"),
}
"""What of torch-audit's rules may be taken to name a fault; it has none for the others."""


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


def steps_to_finding(program: str, done: Hooked) -> int | None:
    """From the beginning of the fault to its first finding, or None where it is of another family or not named."""
    rule = FAULTY[program][0]
    if rule not in RULES or RULES[rule].family not in ("membership", "movement"):
        return None
    steps = [data["step"] for data in done.findings("alarm", "warning") if data["rule"] == rule]
    return max(0, steps[0] - BEGINS.get(program, 0)) if steps else None


def tell_steps(taken: dict[str, int]) -> None:
    """What shows only once in so many steps, such as once an epoch, is counted in times."""
    always = {program: steps for program, steps in taken.items() if program not in ONCE_IN}
    times = {program: 1 + steps // ONCE_IN[program] for program, steps in taken.items() if program in ONCE_IN}
    later = [f"{program} {steps}" for program, steps in sorted(always.items(), key=lambda one: one[1]) if steps > SOON]
    print(
        f"  membership and movement: named after {statistics.median(taken.values()):.0f} steps at the median, "
        f"{len(always) - len(later)} of {len(always)} within {SOON}"
    )
    print(f"  later: {', '.join(later)}")
    print(f"  what shows once in many steps, named at which time: {', '.join(f'{p} {n}' for p, n in times.items())}")


def audit_said(done: Hooked) -> list[str]:
    """torch-audit's findings at its level WARN or above."""
    words = [line.split() for line in done.stderr.splitlines() if line.startswith("AUDIT ")]
    return [rule for _, rule, severity in words if severity != "INFO"]


def main() -> None:
    zygote = Zygote()
    tricky = sorted(path.stem for path in PROGRAMS.glob("ok_*.py"))
    jobs = [(name, ()) for name in FAULTY] + [(name, ("healthy",)) for name in FAULTY] + [(name, ()) for name in tricky]
    ours, theirs = Count("labjournal"), Count("torch-audit")
    has_audit = importlib.util.find_spec("torch_audit") is not None
    taken: dict[str, int] = {}
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
                steps = steps_to_finding(program, done)
                if steps is not None:
                    taken[program] = steps
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
                    hit = bool(set(AUDIT_RULES.get(FAULTY[program][0], ())) & set(said))
                    (theirs.named if hit else theirs.missed).append(label)
                else:
                    theirs.healthy += 1
                    if said:
                        theirs.false.append(label)
    zygote.close()
    ours.tell()
    tell_steps(taken)
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
