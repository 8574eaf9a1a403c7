"""How the attempts of a run ended, and why it died, as `show` prints it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labjournal import format as fmt
from labjournal.config import Config
from labjournal.facts import Fact
from labjournal.model import Run
from labjournal.runner import post_mortem
from labjournal.store import Store


def death_lines(store: Store, run: Run, config: Config) -> list[str]:
    """Why it died and what goes on from there; nothing for a run that lives or ended well."""
    death = post_mortem.explain(store, run, config)
    if death is None:
        return []
    *told, remedy = [fmt.visible(line) for line in post_mortem.lines(death)]
    labels = ["ended" if death.end_unseen else "died", *[""] * len(told)]
    return [*(f"  {label:8} {line}" for label, line in zip(labels, told, strict=False)), f"  next     {remedy}"]


def death_json(store: Store, run: Run, config: Config) -> dict[str, Any] | None:
    death = post_mortem.explain(store, run, config)
    return None if death is None else death._asdict()


def attempt_lines(store: Store, run: Run) -> list[str]:
    """One line an attempt, for a run that had more than one."""
    if run.attempts < 2:
        return []
    return ["  attempts", *(f"    {line}" for line in _attempts(store.run_facts(run.id)))]


def _attempts(stated: list[Fact]) -> Iterator[str]:
    restarts = {fact.data.get("n"): fact for fact in stated if fact.kind == "restart"}
    ends = {fact.data.get("attempt"): fact for fact in stated if fact.kind == "exit"}
    for fact in stated:
        if fact.kind != "attempt":
            continue
        number = fact.data.get("n")
        origin = restarts[number].data.get("checkpoint") if number in restarts else None
        begun = f"from {fmt.visible(str(origin))}" if origin else "from the beginning"
        end = ends.get(number)
        cause = f": {fmt.visible(str(end.data.get('cause')))}" if end and end.data.get("cause") else ""
        yield f"{number}  {begun}, {str(end.data.get('status')).lower() if end else 'running'}{cause}"
