"""Whether the code and the data of a run are as they were when it was launched.

A run leaves files behind, in its repository too: what looks like output is no code, and a configuration or data file
counts by what the processes of the run really read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from labjournal import filesystems, vcs
from labjournal.config import FILE
from labjournal.errors import JournalError
from labjournal.facts import Fact

_NAMED = 3
_OUTPUTS = frozenset(
    ".csv .tsv .json .jsonl .txt .log .md .out .err .html .png .jpg .jpeg .svg .pdf .gif .npy .npz .parquet .arrow "
    ".pt .pth .ckpt .bin .safetensors .pkl .joblib .h5 .onnx .db .sqlite .lock .tex".split()
)
_OUTPUTS_WHEN_NEW = frozenset(".yaml .yml .toml .cfg .ini".split())
"""Copies of its configuration that a run writes (Hydra); an old file of this kind that changed is code."""


def code_changes(kept: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """What differs between two snapshots as the ``run`` fact has them; nothing where the first was not on record."""
    before, root, after = kept.get("commit"), kept.get("root"), now.get("commit")
    if not isinstance(before, str) or not isinstance(root, str) or after == before:
        return
    if not isinstance(after, str):
        yield f"the code can no longer be read ({now.get('missing') or 'no commit'})"
        return
    try:
        changed = [change.path for change in vcs.changed_lines(Path(root), before, after)]
        changed = [path for path in changed if is_code(Path(root), before, path)]
    except JournalError as error:
        yield f"the code of then cannot be found ({error.message})"
        return
    if changed:
        more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
        yield f"code: {', '.join(changed[:_NAMED])}{more}"


def is_code(root: Path, before: str, path: str) -> bool:
    """Whether a path that differs from a commit is code, and not what runs leave behind."""
    name, suffix = os.path.basename(path), os.path.splitext(path)[1].lower()
    if name == FILE or suffix in _OUTPUTS or "tfevents" in name:
        return False
    return suffix not in _OUTPUTS_WHEN_NEW or vcs.file_at(root, before, path) is not None


def data_changes(stated: Sequence[Fact]) -> Iterator[str]:
    """Files that the processes of a run read and that are not as they were, by size and time."""
    read = {str(fact.data.get("path")): fact for fact in stated if fact.kind == "file_opened"}
    own = {str(fact.data.get("path")) for fact in stated if fact.kind == "checkpoint_written"}
    for path, fact in sorted(read.items()):
        if path in own:
            continue
        size, mtime = fact.data.get("size"), fact.data.get("mtime")
        try:
            now = os.stat(path)
        except OSError:
            yield f"data: {path} is gone"
            continue
        moved = isinstance(mtime, (int, float)) and not filesystems.same_time(now.st_mtime, mtime)
        if now.st_size != size or moved:
            yield f"data: {path} was written since"
