"""Whether the file of a checkpoint is still the one that its run saved.

Runs that save into one folder replace each other's files without a word: what is measured of such a file would be
booked to a run that never had these weights. The content decides, by the hash on record; a new time alone does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from labjournal import checkpoints, filesystems, format
from labjournal.errors import NotFoundError
from labjournal.model import Checkpoint, Run, short_id
from labjournal.runner import subjects
from labjournal.store import Store

_NAMED = 3


class Replaced(NamedTuple):
    """A checkpoint of which the file holds something else now."""

    run: Run
    checkpoint: Checkpoint
    at: datetime
    by: tuple[str, str] | None
    """Id and name of the run that saved what is there now; None when no run on record did."""

    @property
    def words(self) -> str:
        who = f"by {format.visible(self.by[1])} ({short_id(self.by[0])})" if self.by else "by no run on record"
        path, when = format.visible(self.checkpoint.path), format.moment_text(self.at)
        return f"{path} was overwritten {who}, {when}: it is not the file that {format.visible(self.run.name)} saved"


def as_it_stands(store: Store, run: Run, checkpoint: Checkpoint) -> Checkpoint | Replaced:
    """The checkpoint with the version that its file has now, when that is the run's own.

    A file that is gone is left to whoever opens it; one whose version was never on record cannot be judged.
    """
    path = Path(subjects.path_of(run, checkpoint))
    try:
        status = path.stat()
        written_at = datetime.fromtimestamp(status.st_mtime, UTC)
        same_time = filesystems.same_time(status.st_mtime, checkpoint.written_at.timestamp())
        if not checkpoint.version or (path.is_file() and status.st_size == checkpoint.size and same_time):
            return checkpoint
        version = checkpoints.quick_hash(path)
    except OSError:
        return checkpoint
    if version == checkpoint.version:
        return replace(checkpoint, written_at=written_at) if path.is_file() else checkpoint
    saved_by = store.writers(version)
    own = run.id in {writer for writer, _ in saved_by}
    if own or (not saved_by and not run.status.ended):  # it is saving its next version just now
        return replace(checkpoint, version=version, size=status.st_size, written_at=written_at)
    return Replaced(run, checkpoint, written_at, saved_by[0] if saved_by else None)


def own(store: Store, run: Run, checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint as it stands. Raises NotFoundError when its file is another run's by now."""
    now = as_it_stands(store, run, checkpoint)
    if isinstance(now, Replaced):
        refuse([now])
    assert isinstance(now, Checkpoint)
    return now


def refuse(replaced: Sequence[Replaced]) -> None:
    """Name what cannot be measured any more. Raises NotFoundError for the first of them and the others with it."""
    if not replaced:
        return
    first = replaced[0]
    also = [format.visible(one.checkpoint.path) for one in replaced[1:]]
    more = f" So were {format.listed(also)}." if len(also) > 1 else f" So was {also[0]}." if also else ""
    instead = f"{first.by[1]}:{first.checkpoint.path}" if first.by else None
    hint = f"Of the run that saved what is there now: {format.visible(instead)}. " if instead else ""
    raise NotFoundError(
        f"{first.words}.{more}", f"{hint}Let each run save into a folder of its own, and its checkpoints stay."
    )
