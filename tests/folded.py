"""A journal in memory, stated fact by fact with fixed ids and times: for what reads the index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from labjournal import facts
from labjournal.store import Store

START = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


class Folded:
    """States facts in order, one minute apart, and folds them."""

    def __init__(self) -> None:
        self.store = Store.in_memory()
        self._count = 0

    def state(self, kind: str, data: Mapping[str, Any], run: str | None = None) -> str:
        """Fold one fact; returns its id, the run's for a run fact."""
        self._count += 1
        number = str(self._count).rjust(10, "0")
        fact_id = run if kind == "run" and run else f"01M7XQ0000{'0' * 6}{number}"
        t = (START + timedelta(minutes=self._count)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        with self.store.writing():
            self.store.fold([facts.Fact(fact_id, t, kind, "box", "ada", run, dict(data))])
        return fact_id

    def run(
        self,
        name: str,
        settings: Mapping[str, Any] | None = None,
        commit: str | None = None,
        dirty: bool = False,
        kind: str = "train",
        **data: Any,
    ) -> str:
        number = str(self._count).rjust(6, "0")
        run_id = f"01M7XP{number}{name[:8].upper().translate(_UNSAFE).rjust(8, '0')}{number}"
        self.state(
            "run",
            {
                "name": name,
                "kind": kind,
                "command": ["python", "train.py"],
                "settings": dict(settings or {}),
                "snapshot": {"commit": commit, "head": commit, "dirty": dirty},
                **data,
            },
            run_id,
        )
        return run_id

    def result(
        self,
        run: str,
        metrics: Mapping[str, float] | None = None,
        dataset: str | Mapping[str, Any] | None = None,
        step: int | None = None,
        options: Mapping[str, str] | None = None,
        measured_by: str | None = None,
        **data: Any,
    ) -> str:
        return self.state(
            "result",
            {
                "subject": {"run": run, "step": step},
                "measured_by": measured_by or run,
                "dataset": {"name": dataset} if isinstance(dataset, str) else dict(dataset or {}),
                "options": dict(options or {}),
                "metrics": dict(metrics or {}),
                "role": "validation",
                "how": "stated",
                **data,
            },
            measured_by or run,
        )


_UNSAFE = str.maketrans(dict.fromkeys("ILOU-_ .:|", "0"))


def matrix(
    labels: Sequence[str], rows: Sequence[Sequence[int]], unknown: Sequence[int] | None = None
) -> dict[str, Any]:
    """The ``counts`` of a result fact."""
    return {
        "labels": list(labels),
        "matrix": [list(row) for row in rows],
        "unknown": list(unknown or [0] * len(labels)),
    }


def jets() -> Folded:
    """The end of the jets diary: two adapters on two sets, one of them retracted, numeric input on and off."""
    journal = Folded()
    classes = ("background", "signal")
    one = {"name": "1:1", "hash": "a41f" * 16}
    ten = {"name": "1:10", "hash": "77c0" * 16}
    silu = journal.run("v3-silu", {"nfa": "v3", "lr.nfa": 3e-5, "r": 32, "seed": 1}, "9be1f0" + "0" * 34, dirty=True)
    embed = journal.run("v3-embed", {"nfa": "v3", "lr.nfa": 3e-5, "r": 32, "seed": 1}, "c20a77" + "0" * 34)
    own = journal.run("v4-own-group", {"nfa": "v4", "lr.nfa": 3e-3, "r": 32, "seed": 1}, "e57d13" + "0" * 34)
    journal.result(silu, None, one, 2200, {"numeric": "on"}, counts=matrix(classes, [[494, 30], [63, 413]]))
    journal.result(silu, None, one, 2200, {"numeric": "off"}, counts=matrix(classes, [[494, 30], [63, 413]]))
    journal.result(embed, None, one, 2400, {"numeric": "on"}, counts=matrix(classes, [[466, 58], [45, 431]]))
    journal.result(embed, None, one, 2400, {"numeric": "off"}, counts=matrix(classes, [[300, 224], [240, 236]]))
    journal.result(embed, None, ten, 2400, {"numeric": "on"}, counts=matrix(classes, [[6395, 855], [70, 680]]))
    journal.result(own, None, ten, 2200, {"numeric": "on"}, counts=matrix(classes, [[6928, 322], [122, 628]]))
    journal.state("retract", {"on": [silu], "why": "the adapter was never fed"})
    return journal
