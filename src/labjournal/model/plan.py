"""How many steps a run is to make, as far as anybody said."""

from __future__ import annotations

from typing import Any

from labjournal.model.runs import Run

STEPS = (
    "max_steps", "max_iters", "max_iterations", "total_steps", "num_train_steps", "max_train_steps", "train_steps",
    "num_steps", "n_steps", "total_iters", "num_iterations", "iterations", "steps", "iters",
)  # fmt: skip
"""Settings that tell how many steps there will be, the clearest first."""
EPOCHS = ("epochs", "num_epochs", "num_train_epochs", "max_epochs", "n_epochs")
_FEWEST = 10
"""A setting of fewer counts something else."""


def planned_steps(run: Run) -> int | None:
    """As its schedule or trainer told, else by a setting.

    A setting is not believed where epochs are set too (it may count the steps of one), nor where more were made.
    """
    if run.planned_steps:
        return run.planned_steps
    known = {name.lower().rpartition(".")[2].replace("-", "_"): value for name, value in run.settings.items()}
    told = _count(known.get("planned_steps"))
    if told or any(_count(known.get(name)) for name in EPOCHS):
        return told
    plan = next(filter(None, (_count(known.get(name)) for name in STEPS)), None)
    return plan if plan is not None and plan >= max(_FEWEST, run.step or 0) else None


def _count(value: Any) -> int | None:
    """A positive whole number in a setting, as a number or as text."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return int(number) if number >= 1 and number.is_integer() and not isinstance(value, bool) else None
