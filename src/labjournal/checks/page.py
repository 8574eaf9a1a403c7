"""The page of all checks, made from the rules."""

from __future__ import annotations

from labjournal.checks import catalogue
from labjournal.checks.rule import CheckRule

_ORDER = (
    "membership",
    "movement",
    "gradient",
    "objective",
    "mode",
    "data",
    "outcome",
    "checkpoint",
    "machine",
    "ranks",
)
_HEAD = """\
# Checks

Made from the rules by `python -m labjournal.checks`; do not edit. What is said of a run is `labjournal checks REF`.

An **alarm** is a certain fault, a **warning** a probable one, a **notice** a mark. A check that had too little to look
at says "not judged: because …" and never that all is well. One finding a rule and run; what follows from another
finding names it. `[checks] off = […]` and `level = {…}` in `labjournal.toml` silence or re-level a rule, and
`labjournal checks ack FINDING -m WHY` answers one finding.

Checks inside the training process look at tensors, gradients and optimizers. Checks from outside look at what the run
logged, printed and saved, when it has ended; the alarms on curves also while it runs. Which curve is a loss, a metric
or a learning rate is told by its name alone; a name that says nothing is not judged.
"""


def render() -> str:
    """``docs/checks.md``."""
    rules = catalogue()
    families = sorted({rule.family for rule in rules}, key=lambda name: (_place(name), name))
    lines = [_HEAD]
    for family in families:
        lines.append(f"## {family}\n")
        for rule in rules:
            if rule.family == family:
                lines += _entry(rule)
    return "\n".join(lines).rstrip() + "\n"


def _place(family: str) -> int:
    return _ORDER.index(family) if family in _ORDER else len(_ORDER)


def _entry(rule: CheckRule) -> list[str]:
    called = f" (also {', '.join(f'`{alias}`' for alias in rule.aliases)})" if rule.aliases else ""
    lines = [
        f"### {rule.rule}\n",
        f"{rule.level.capitalize()}{called}. {rule.means}\n",
        f"*What to try.* {rule.remedy}\n",
    ]
    if rule.judged:
        lines.append(f"*How it is judged.* {rule.judged}\n")
    return lines
