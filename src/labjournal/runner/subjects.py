"""Which checkpoints of a run are meant: ``latest``, ``all``, a step, or the end of a path."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from labjournal import checkpoints, format
from labjournal.errors import NotFoundError
from labjournal.model import Checkpoint, Run
from labjournal.store import Store


def chosen(store: Store, run: Run, selector: str | None) -> list[Checkpoint]:
    """The checkpoints a selector means, by step and time; the latest without one. Raises NotFoundError."""
    known = sorted((item for item in store.checkpoints(run.id) if item.current), key=_age)
    if selector in (None, "latest", "last"):
        return known[-1:]
    if selector == "all":
        return known
    assert selector is not None
    found = [item for item in known if selector.isdecimal() and item.step == int(selector)]
    found = found or [item for item in known if _is_called(item.path, selector)]
    if not found:
        raise NotFoundError(
            f"{format.visible(run.name)} has no checkpoint {selector!r}.",
            f"It has: {_list(known)}." if known else "No checkpoint of it was seen.",
        )
    return found


def one(store: Store, run: Run, selector: str) -> Checkpoint:
    """The one checkpoint a selector means. Raises NotFoundError."""
    found = chosen(store, run, selector)
    if len(found) != 1:
        hint = f"It has: {_list(found)}." if found else "None was seen so far."
        raise NotFoundError(f"{format.visible(run.name)}:{selector} is not one checkpoint.", hint)
    return found[0]


def stated(store: Store, run: Run, selector: str) -> tuple[str | None, int | None]:
    """Path and step by which a result names a checkpoint of a run. Raises NotFoundError where it has none such.

    A version that was overwritten since will do, and so will a file that is there. Where no checkpoint of the run was
    ever seen nobody can say, and the words stand.
    """
    known = sorted(store.checkpoints(run.id), key=_age)
    if not known or any(selector == str(item.step) for item in known):
        return checkpoints.by_word(selector)
    if selector in ("latest", "last"):
        return known[-1].path, known[-1].step
    called = {item.path: item.step for item in known if _is_called(item.path, selector)}
    called = called or {item.path: item.step for item in known if _has_number(item.path, selector)}
    if len(called) == 1:
        return called.popitem()
    if os.path.isfile(os.path.join(run.cwd or "", selector)):
        return checkpoints.by_word(selector)
    what = "no checkpoint" if not called else f"{len(called)} checkpoints"
    raise NotFoundError(
        f"{format.visible(run.name)} has {what} {format.visible(selector)!r}; nothing was written.",
        f"It has: {_list(known)}. A file is named by its path.",
    )


def path_of(run: Run, checkpoint: Checkpoint) -> str:
    """The checkpoint's file as it can be opened from any folder."""
    return os.path.normpath(os.path.join(run.cwd or "", checkpoint.path))


def _age(checkpoint: Checkpoint) -> tuple[int, float]:
    return (-1 if checkpoint.step is None else checkpoint.step, checkpoint.written_at.timestamp())


def _is_called(path: str, selector: str) -> bool:
    return path == selector or path.endswith(f"/{selector}") or os.path.splitext(os.path.basename(path))[0] == selector


def _has_number(path: str, selector: str) -> bool:
    return selector.isdecimal() and checkpoints.position(path).number == int(selector)


def _list(known: list[Checkpoint]) -> str:
    names = dict.fromkeys(str(item.step if item.step is not None else item.path) for item in known)
    return ", ".join(map(format.visible, list(names)[-9:]))


def unseen(run: Run, path: str, file: str) -> Checkpoint:
    """A checkpoint that exists and that nobody has seen being written."""
    about = os.stat(file)
    written_at = datetime.fromtimestamp(about.st_mtime, UTC)
    return Checkpoint(run.id, path, version="", step=None, size=about.st_size, written_at=written_at, current=True)
