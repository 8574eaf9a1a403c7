"""Two runs against each other in everything that is on record: what `labjournal diff` shows.

What one of them does not have is None, and what neither has is not listed. What cannot be known is said in words and
never shown as equal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labjournal import format as fmt
from labjournal import vcs
from labjournal.compare.build import build_table
from labjournal.compare.table import ALL, LAST, Selection, Table
from labjournal.config import Config
from labjournal.errors import NotFoundError
from labjournal.model import Result, Run, SeriesInfo
from labjournal.paths import JournalPaths
from labjournal.store import Store, references
from labjournal.vcs import FileChange

if TYPE_CHECKING:
    from labjournal.facts import Fact

_MOST_LINES = 4_000
"""Lines of a diff that are kept: a vendored library in one of two commits must not fill a terminal or a JSON."""
_SKETCH = 64
"""Values kept of a curve, evenly over its points."""
_WATCH = ("watch/", "system/")


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing in which the two differ; None where a side does not have it."""

    name: str
    a: object
    b: object


@dataclass(frozen=True, slots=True)
class Code:
    """What differs between the two snapshots."""

    a: str | None
    b: str | None
    files: tuple[FileChange, ...] = ()
    hunks: str = ""
    """Unified diff, at most so many lines."""
    lines_left_out: int = 0
    unknown: str | None = None
    """Why the code cannot be compared; None when it was."""


@dataclass(frozen=True, slots=True)
class CurveEnd:
    """How a curve ends, and its course in a few values."""

    n: int
    last_step: int
    last_value: float
    sketch: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CurvePair:
    """The curve of one name in both runs."""

    name: str
    a: CurveEnd | None
    b: CurveEnd | None


@dataclass(frozen=True, slots=True)
class RunDifference:
    """B against A."""

    a: Run
    b: Run
    settings: tuple[Changed, ...]
    equal_settings: int
    code: Code
    python: tuple[Changed, ...]
    """Interpreter and packages."""
    python_unknown: str | None
    """Why packages cannot be compared."""
    data: tuple[Changed, ...]
    """Data sets by name and files by path, with what tells them apart."""
    machine: tuple[Changed, ...]
    curves: tuple[CurvePair, ...]
    results: Table
    """The rows of A, then of B; A is the baseline where it has results."""


def diff_runs(store: Store, paths: JournalPaths, config: Config, first: str, second: str) -> RunDifference:
    """Everything in which ``second`` differs from ``first``. Raises NotFoundError for an unknown reference.

    Args:
        store: the journal's index, up to date.
        paths: where the folders of the runs are.
        config: names the positive class.
        first: ``REF`` or ``REF:STEP``; a run alone stands for its last checkpoint.
        second: as ``first``.
    """
    a, b = (store.resolve(references.split(reference)[0]) for reference in (first, second))
    settings = _changed(a.settings, b.settings)
    facts_a, facts_b = store.run_facts(a.id), store.run_facts(b.id)
    python, python_unknown = _python(paths, a, b)
    return RunDifference(
        a=a,
        b=b,
        settings=settings,
        equal_settings=len(set(a.settings) | set(b.settings)) - len(settings),
        code=_code(a, b, paths.project),
        python=python,
        python_unknown=python_unknown,
        data=_changed(_data(store, a, facts_a), _data(store, b, facts_b)),
        machine=_changed(_machine(a, facts_a), _machine(b, facts_b)),
        curves=tuple(_curves(store, a, b)),
        results=_results(store, config, a, first, second),
    )


def _changed(a: Mapping[str, object], b: Mapping[str, object]) -> tuple[Changed, ...]:
    names = sorted({*a, *b})
    pairs = [(name, a.get(name), b.get(name)) for name in names]
    return tuple(Changed(*pair) for pair in pairs if pair[1] != pair[2] and _text(pair[1]) != _text(pair[2]))


def _text(value: object) -> str | None:
    return None if value is None else fmt.setting(value)


def _code(a: Run, b: Run, project: Path) -> Code:
    old, new = a.snapshot.commit, b.snapshot.commit
    if old is None or new is None:
        run = a if old is None else b
        return Code(old, new, unknown=f"the code of {run.name} was not kept: {run.snapshot.missing or 'no commit'}")
    if old == new:
        return Code(old, new)
    root = next(
        (Path(place) for place in (b.snapshot.root, a.snapshot.root) if place and Path(place).is_dir()), project
    )
    try:
        files = vcs.changed_lines(root, old, new)
        lines = vcs.diff(root, old, new).splitlines()
    except (NotFoundError, vcs.GitError) as error:
        return Code(old, new, unknown=str(error))
    return Code(old, new, tuple(files), "\n".join(lines[:_MOST_LINES]), max(0, len(lines) - _MOST_LINES))


def _python(paths: JournalPaths, a: Run, b: Run) -> tuple[tuple[Changed, ...], str | None]:
    found = [(run, _environment(paths, run)) for run in (a, b)]
    unknown = [run.name for run, environment in found if environment is None]
    if unknown:
        return (), f"the packages of {fmt.listed(dict.fromkeys(unknown))} are not known"
    (_, one), (_, other) = found
    return _changed(one or {}, other or {}), None


def _environment(paths: JournalPaths, run: Run) -> dict[str, object] | None:
    """``python``, ``version`` and each package with its version; None when nothing is kept of this run."""
    try:
        raw = json.loads(paths.run(run.id).environment.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(raw, dict):
        return None
    packages = raw.get("packages")
    known = {str(name): version for name, version in packages.items()} if isinstance(packages, dict) else {}
    return {"Python": raw.get("version"), "interpreter": raw.get("python"), **known}


def _data(store: Store, run: Run, facts: Sequence[Fact]) -> dict[str, object]:
    """Data sets of its results with what tells them apart, and the files it opened."""
    known: dict[str, object] = {}
    for result in _measured(store, run):
        dataset = result.dataset
        if dataset.name:
            size = result.n or dataset.n
            parts = [f"#{dataset.hash[:8]}" if dataset.hash else "content unknown", f"n {fmt.count(size)}"]
            known[f"data set {dataset.name}"] = " ".join(parts if size else parts[:1])
    if run.dataset:
        known.setdefault(f"data set {run.dataset}", "content unknown")
    for fact in facts:
        if fact.kind == "file_opened":
            known[f"file {fact.data.get('path')}"] = f"{fact.data.get('size')} bytes, mtime {fact.data.get('mtime')}"
    return known


def _measured(store: Store, run: Run) -> Iterable[Result]:
    return {result.id: result for result in [*store.results(run=run.id), *store.results(measured_by=run.id)]}.values()


def _machine(run: Run, facts: Sequence[Fact]) -> dict[str, object]:
    """Host, machine, GPUs and processes, as far as they were stated."""
    found: dict[str, object] = {"host": run.host, "launcher": run.launcher}
    for fact in facts:
        said: Mapping[str, Any] = fact.data
        if fact.kind == "run":
            found |= {"GPUs": said.get("gpus"), "GPUs picked": said.get("cuda_visible_devices")}
        elif fact.kind == "attempt":
            found["machine"] = said.get("machine")
        elif fact.kind == "hook":
            found |= {"processes": said.get("world_size"), "Python in the process": said.get("python")}
            found |= {name: said.get(name) for name in ("torch", "device", "devices", "cuda") if said.get(name)}
    return {name: value for name, value in found.items() if value is not None}


def _curves(store: Store, a: Run, b: Run) -> Iterable[CurvePair]:
    """The curves the scripts wrote; those of the watch only where both have them and nothing else is there."""
    of_a, of_b = ({info.key.name: info for info in store.series_list(run.id)} for run in (a, b))
    names = sorted({*of_a, *of_b})
    own = [name for name in names if not name.startswith(_WATCH)] or [
        name for name in names if name in of_a and name in of_b
    ]
    for name in own:
        yield CurvePair(name, _end(store, of_a.get(name)), _end(store, of_b.get(name)))


def _end(store: Store, info: SeriesInfo | None) -> CurveEnd | None:
    data = store.series(info.key) if info is not None else None
    if info is None or data is None:
        return None
    n = len(data.values)
    at = range(n) if n <= _SKETCH else [i * (n - 1) // (_SKETCH - 1) for i in range(_SKETCH)]
    return CurveEnd(info.n, info.last_step, info.last_value, tuple(float(data.values[i]) for i in at))


def _results(store: Store, config: Config, a: Run, first: str, second: str) -> Table:
    asked = (first, second)
    selection = Selection(
        rows=asked, at=LAST if not any(references.split(one)[1] for one in asked) else ALL, baseline=first, limit=None
    )
    try:
        return build_table(store, selection, config)
    except NotFoundError:  # A has no results: there is nothing to hold B against, and its rows are shown alone
        return build_table(store, Selection(rows=asked, at=selection.at, limit=None), config)
