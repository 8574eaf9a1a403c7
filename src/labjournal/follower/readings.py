"""What follows from what a run printed and saved: the results read off its log and its files.

Each reading becomes a fact with an id made of run, rule, rule version, file and byte offset, and with the time of the
run's end: whoever derives it, on whatever machine, derives the same fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labjournal import facts
from labjournal.config import Config
from labjournal.facts import Fact
from labjournal.follower.datasets import Identifier
from labjournal.model import Role, Run, RunKind
from labjournal.paths import RunPaths
from labjournal.store import codec

if TYPE_CHECKING:
    from labjournal.parsers import OwnRule, ParsedResult, ParsedSeries, Reading


_STEPS = frozenset(("epoch", "step", "global_step"))
_LARGEST_NOTICED = 20_000_000
"""A larger file is no summary of results; ``[results] files`` names it where it is one all the same."""


def curves_of(printed: Reading, saved: Sequence[tuple[str, Reading]]) -> list[ParsedSeries]:
    """The curves of a run that wrote no event file: what it printed, and what only its files of results hold."""
    curves = dict(printed.series)
    for _, reading in saved:
        for tag, series in reading.series.items():
            curves.setdefault(tag, series)
    return list(curves.values())


def stating(
    run: Run,
    printed: Reading,
    saved: Iterable[tuple[str, Reading]],
    stated: Sequence[Fact],
    identifier: Identifier,
) -> list[Fact]:
    """The result facts of what a run printed and of the files it ``saved``."""
    said = [("text", "out.log", parsed) for parsed in printed.results]
    said += [("file", name, parsed) for name, reading in saved for parsed in reading.results]
    only = _only_set(run, [parsed.dataset for _, _, parsed in said], stated)
    return [_fact(run, parsed, how, name, stated, identifier, only) for how, name, parsed in _placed_alike(said)]


def _only_set(run: Run, printed: Sequence[str | None], stated: Sequence[Fact]) -> bool:
    """Whether the results of a run name one data set at most."""
    said = [codec.dataset(fact.data.get("dataset")).name for fact in stated if fact.kind == "result"]
    return len({name or run.dataset for name in (*printed, *said)} - {None}) <= 1


def identifying(run: Run, stated: Sequence[Fact], identifier: Identifier) -> list[Fact]:
    """What a script did not say of the results that it stated: content and role of the data, step of the checkpoint."""
    from labjournal import checkpoints

    found = []
    only = _only_set(run, [], stated)
    for fact in stated:
        if fact.kind != "result" or fact.data.get("how") != "stated":
            continue
        said, subject = codec.dataset(fact.data.get("dataset")), codec.mapping(fact.data.get("subject"))
        name, mark = said.name, codec.text_or_none(subject.get("checkpoint"))
        dataset = identifier.identify(name, run, stated, only) if name and not said.hash else None
        configured = identifier.declared(name, run) if fact.data.get("rule") == "labjournal.result" else None
        data = {
            "result": fact.id,
            "dataset": {"name": name, "hash": dataset.hash, "source": dataset.source} if dataset else None,
            "role": configured.role if configured else None,
            "step": checkpoints.position(mark).number if mark and subject.get("step") is None else None,
        }
        if (dataset and dataset.hash) or data["role"] or data["step"] is not None:
            fact_id = facts.derived_id("identified", run.id, fact.id)
            found.append(facts.make("identified", data, run.id, _when(run), fact_id))
    return found


def _placed_alike(said: Sequence[tuple[str, str, ParsedResult]]) -> Iterable[tuple[str, str, ParsedResult]]:
    """Where one of several files with the same values says at which step they were measured, it says so for all."""
    steps: dict[object, set[tuple[tuple[str, str], ...]]] = {}
    for _, _, parsed in said:
        if told := tuple((key, parsed.options[key]) for key in _STEPS if key in parsed.options):
            steps.setdefault(_values(parsed), set()).add(told)
    for how, name, parsed in said:
        known = steps.get(_values(parsed), set())
        if len(known) == 1 and _STEPS.isdisjoint(parsed.options):
            parsed = replace(parsed, options={**parsed.options, **dict(next(iter(known)))})
        yield how, name, parsed


def _values(parsed: ParsedResult) -> object:
    return parsed.role, frozenset(parsed.metrics.items())


def read_log(paths: RunPaths, config: Config, growing: bool = False) -> Reading:
    """What the log of a run says; nothing where there is none."""
    from labjournal import parsers

    try:
        return read(paths.log, config, growing)
    except OSError:
        return parsers.Reading()


def read(path: Path, config: Config, growing: bool = False) -> Reading:
    """What a file says by the rules of the configuration. Raises OSError."""
    from labjournal import parsers

    return parsers.read_file(path, own_rules=own_rules(config), off=config.results.off, growing=growing)


def own_rules(config: Config) -> list[OwnRule]:
    """The ``[[results.rule]]`` of the configuration, whose patterns were tried when it was loaded."""
    from labjournal.parsers import OwnRule

    return [
        OwnRule(re.compile(rule.pattern), "unclear" if rule.role == "unassigned" else rule.role, rule.name or "own")  # type: ignore[arg-type]
        for rule in config.results.rule
    ]


def saved_files(run: Run, paths: RunPaths, config: Config, stated: Sequence[Fact]) -> Iterable[tuple[str, Path]]:
    """The files of results that a run wrote, with their names from its working folder.

    Those that ``[results] files`` names, and those that the watch saw its processes write under a name that speaks of
    results.
    """
    working = Path(run.cwd) if run.cwd else paths.folder
    named = [path for pattern in config.results.files for path in sorted(working.glob(pattern))]
    told = {str(fact.data.get("path")) for fact in stated if fact.kind == "result_file"}
    noticed = [Path(path) for path in sorted(told) if "\0" not in path]
    seen: set[Path] = set()
    for path in (*named, *_newest_states(path for path in noticed if _small(path))):
        if path not in seen and _written_by(run, path):
            seen.add(path)
            yield path.relative_to(working).as_posix() if working in path.parents else path.as_posix(), path


def _small(path: Path) -> bool:
    try:
        return path.stat().st_size <= _LARGEST_NOTICED
    except OSError:
        return False


def _newest_states(paths: Iterable[Path]) -> list[Path]:
    """Each checkpoint of the Trainer has a ``trainer_state.json`` with all that stood in the one before."""
    kept = list(paths)
    states = [path for path in kept if path.name == "trainer_state.json"]
    newest = max(states, key=lambda path: (path.stat().st_mtime, str(path)), default=None)
    return [path for path in kept if path.name != "trainer_state.json" or path == newest]


def read_saved(run: Run, paths: RunPaths, config: Config, stated: Sequence[Fact]) -> list[tuple[str, Reading]]:
    """What the files of results that a run wrote say."""
    found = []
    for name, path in saved_files(run, paths, config, stated):
        try:
            found.append((name, read(path, config)))
        except OSError:  # gone, or not ours to read
            continue
    return found


def _written_by(run: Run, path: Path) -> bool:
    """Whether the file was last written while the run lived (2 s of grace for coarse clocks)."""
    try:
        written = path.stat().st_mtime
    except OSError:
        return False
    begin = run.started_at or run.created_at
    return begin.timestamp() - 2 <= written <= (run.ended_at.timestamp() + 2 if run.ended_at else float("inf"))


def _fact(
    run: Run,
    parsed: ParsedResult,
    how: str,
    file: str,
    stated: Sequence[Fact],
    identifier: Identifier,
    only: bool,
) -> Fact:
    from labjournal.stats import counted_n  # not before something was read: most looks at a journal read nothing

    dataset = identifier.identify(parsed.dataset, run, stated, only)
    n = counted_n(parsed)
    data: dict[str, Any] = {
        "subject": _subject(run, parsed),
        "measured_by": run.id,
        "dataset": {"name": dataset.name, "hash": dataset.hash, "n": n, "source": dataset.source},
        "options": {**run.options, **parsed.options},
        "metrics": dict(parsed.metrics),
        "n": n,
        "counts": parsed.to_json()["counts"],
        "per_class": parsed.to_json()["per_class"],
        "digits": dict(parsed.digits),
        "role": _role(run, parsed, dataset.name, identifier),
        "how": how,
        "rule": parsed.rule,
        "rule_version": parsed.rule_version,
        "file": file,
        "line": parsed.line,
        "offset": parsed.offset,
        "text": parsed.text,
    }
    fact_id = facts.derived_id("result", run.id, parsed.rule, parsed.rule_version, file, parsed.offset)
    return facts.make("result", data, run.id, _when(run), fact_id)


def _when(run: Run) -> str:
    moment = run.ended_at or run.started_at or run.created_at
    return facts.now_iso(moment.timestamp())


def _subject(run: Run, parsed: ParsedResult) -> dict[str, Any]:
    if run.subject is not None:
        subject = run.subject
        return {
            "run": subject.run,
            "checkpoint": subject.checkpoint or parsed.checkpoint,
            "step": subject.step,
            "version": subject.version,
        }
    step = re.search(r"(\d+)(?=\D*\Z)", parsed.checkpoint) if parsed.checkpoint else None
    return {"run": run.id, "checkpoint": parsed.checkpoint, "step": int(step[1]) if step else None, "version": None}


def _role(run: Run, parsed: ParsedResult, dataset: str | None, identifier: Identifier) -> str:
    if parsed.role != "unclear":
        return parsed.role
    configured = identifier.declared(dataset, run)
    if configured and configured.role:
        return configured.role
    return (Role.VALIDATION if run.kind is RunKind.VALIDATE else Role.UNASSIGNED).value
