"""What `[[links]]` and `@names` in words of people stand for today: numbers as they are now, and runs to go to.

Read on the reading thread. A number that stands in prose by a link cannot grow old: it is looked up each time it is
shown, with its interval, and says when it was retracted or was never measured.

    @v3-embed · [[v3-embed]]                     the run
    [[v3-embed:2400 accuracy 1:1 numeric=off]]   a metric on a data set; all but the metric may be left out
    [[f:zero_grad]] · [[e:XXXXXX]]               a finding, an entry
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labjournal.errors import JournalError
from labjournal.tui.feed import Source

if TYPE_CHECKING:
    from labjournal.compare.measure import Measures
    from labjournal.model import Result, Run

LINK = re.compile(r"\[\[([^\[\]\n]+)\]\]|(?<![\w.])@([\w~-]+(?:[.:][\w~-]+)*)")


@dataclass(frozen=True, slots=True)
class Link:
    """What is shown in the place of a link, and where it leads."""

    shown: str
    role: str = "accent"
    run: str | None = None
    """Full id of the run it leads to."""
    title: str = ""
    """What to call the way there."""


def links(source: Source, texts: Iterable[str]) -> dict[str, Link]:
    """Every link of these texts, by what was written."""
    written = {match[0]: match[1] or match[2] for text in texts for match in LINK.finditer(text)}
    found = {}
    for whole, inside in written.items():
        link = _link(source, inside.strip(), named=whole.startswith("@"))
        if link is not None:
            found[whole] = link
    return found


def _link(source: Source, inside: str, named: bool) -> Link | None:
    if inside.startswith("f:"):
        return _finding(source, inside.removeprefix("f:"))
    if inside.startswith("e:"):
        return _entry(source, inside.removeprefix("e:"))
    from labjournal.store import references

    words = inside.split()
    name, step = references.split(words[0])
    try:
        run = source.store.resolve(name)
    except JournalError:
        # An @ may be an address or a person; what stands in brackets was meant as a link.
        return None if named else Link(f"[{inside}: no such run]", "warning")
    if len(words) == 1:
        shown = f"{run.name}:{step}" if step else run.name
        return Link(f"@{shown}" if named else shown, "accent", run.id, run.name)
    return _number(source, run, step, words[1], words[2:])


def _number(source: Source, run: Run, step: str | None, metric: str, where: list[str]) -> Link:
    from labjournal.compare.measure import Measures

    results = source.store.results(run=run.id)
    measures = Measures(results, source.config.results.signal)
    name = next((one for one in measures.headline if metric.lower() in (one.lower(), _label(measures, one))), None)
    found = [one for one in results if _is_of(one, step, where)] if name is not None else []
    for result in sorted(found, key=_standing, reverse=True):
        cell = measures.cell(result, name or "")
        if cell is None:
            continue
        shown = " ".join([*cell.parts(measures.column(name or "").is_rate), *_which(result, found)]).strip()
        if result.taint is not None:
            return Link(f"{shown} †", "warning", run.id, run.name)
        return Link(shown, "b text", run.id, run.name)
    asked = " ".join([f"{run.name}:{step}" if step else run.name, metric, *where])
    return Link(f"[{asked}: not measured]", "warning", run.id, run.name)


def _which(result: Result, found: list[Result]) -> list[str]:
    """On what it was measured, where that was left open and others of the run were measured on something else."""
    others = {(one.dataset.name, tuple(sorted(one.options.items()))) for one in found}
    if len(others) < 2:
        return []
    options = [f"{key}={value}" for key, value in sorted(result.options.items())]
    return ["on", result.dataset.name or "data without a name", *options]


def _label(measures: Measures, name: str) -> str:
    return measures.column(name).label.lower()


def _is_of(result: Result, step: str | None, where: list[str]) -> bool:
    if step is not None and step.isdecimal() and result.subject.step != int(step):
        return False
    options = {f"{key}={value}" for key, value in result.options.items()}
    data = {result.dataset.name, f"#{result.dataset.hash[:4]}" if result.dataset.hash else None}
    return all(word in options if "=" in word else word in data for word in where)


def _standing(result: Result) -> tuple[bool, float, float]:
    step = result.subject.step
    return (result.taint is None, -1.0 if step is None else float(step), result.t.timestamp())


def _finding(source: Source, which: str) -> Link:
    for one in source.store.findings():
        if one.rule == which or one.id.lower().endswith(which.lower()):
            state = "acknowledged" if one.acknowledged is not None else f"open {one.level}"
            return Link(f"{one.rule} ({state})", "accent", one.run, f"{one.rule} in {one.subject}")
    return Link(f"[f:{which}: no such finding]", "warning")


def _entry(source: Source, which: str) -> Link:
    for one in source.store.entries(limit=3_000):
        if one.id.lower().endswith(which.lower()):
            words = " ".join(one.text.split())
            state = f", {one.state}" if one.state else ""
            return Link(f"{one.kind} '{words[:40]}'{state}", "accent", one.run, words[:60])
    return Link(f"[e:{which}: no such entry]", "warning")
