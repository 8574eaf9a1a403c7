"""Which study a run belongs to: that in whose folder (``entries/<study>/``) it was started, or whose script it ran."""

from __future__ import annotations

from pathlib import Path, PurePath

from labjournal.model import Entry, Run

DIARY = "diary"
"""The folder of a study that holds its exported days."""


def studies(entries: Path) -> list[str]:
    """Names of the studies that have a folder: one with a ``study.toml`` or a diary of its own."""
    try:
        folders = sorted(path for path in entries.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []
    return [path.name for path in folders if (path / "study.toml").is_file() or (path / DIARY).is_dir()]


def study_of(run: Run, entries: Path) -> str | None:
    """The study of a run; None for one of the journal at large."""
    if run.cwd is None:
        return None
    for place in (run.cwd, *(word for word in run.command if "/" in word)):
        name = folder_in(PurePath(run.cwd) / place, entries)
        if name is not None:
            return name
    return None


def folder_in(path: PurePath, entries: Path) -> str | None:
    """The first folder below ``entries`` on the way to a path."""
    if not path.is_relative_to(entries):
        return None
    parts = path.relative_to(entries).parts
    return parts[0] if parts and (entries / parts[0]).is_dir() else None


def belongs(entry: Entry, study: str, runs: dict[str, str | None]) -> bool:
    """Whether an entry is of a study: it says so, or it is about a run of it. ``runs``: run id -> study."""
    if entry.study is not None:
        return entry.study == study
    about = [entry.run, *entry.on]
    return any(runs.get(reference) == study for reference in about if reference)
