"""Was it the trained weights that were saved, or a copy that training never reached? Told by checksums of tensors."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from labjournal.checks.checkpoint import MISSING
from labjournal.checks.rule import Verdict, finding, fine
from labjournal.checks.saved_names import root_of
from labjournal.vocabulary import Level

_OF_THE_START = re.compile(r"init|start|random|rewind|untrained|baseline|before|epoch_?0\b|step_?0\b", re.IGNORECASE)
"""Names of files that are to hold what training begins with."""


def is_named(saved: str, path: str) -> bool:
    """Is it the name of this tensor in a checkpoint: the path within its model, and whatever wraps that?"""
    inner = path.partition(".")[2]
    return saved == inner or saved.endswith(f".{inner}")


def is_any(saved: str, paths: Collection[str]) -> bool:
    """Is it the name of one of these tensors?"""
    return any(is_named(saved, path) for path in paths)


def starting_values(
    starting: Mapping[str, int], sums: Mapping[str, Mapping[str, int]], later: Mapping[str, Collection[str]]
) -> Verdict:
    """Are there trained tensors whose first values are all that the checkpoints written since hold of them?

    Args:
        starting: by path of a tensor that has moved, the checksum of its values before training.
        sums: by path of a checkpoint and name of a tensor in it, the checksum of its values.
        later: by path of a tensor the checkpoints written after those values were taken.
    """
    stale: dict[str, set[str]] = {}
    fresh: set[str] = set()
    for path, first in starting.items():
        files = later.get(path, ())
        held = [(file, crc) for file in files for name, crc in sums.get(file, {}).items() if is_named(name, path)]
        if held and all(crc == first for _, crc in held):
            stale[path] = {file for file, _ in held}
        elif held:
            fresh.add(root_of(path))
    if not stale:
        return fine(MISSING, "checkpoints")
    names, files = list(stale), sorted(set().union(*stale.values()))
    some = "" if fresh.isdisjoint(map(root_of, names)) else ", though others of the model are as trained"
    message = (
        f"{_shown(names)}: moved in training, and {_shown(files)} holds the very values from before the first step"
        f"{some}. A copy was saved that training never reached."
    )
    evidence = {"tensors": names[:20], "checkpoints": files[:20]}
    roots = {root_of(name) for name in names}
    level = Level.NOTICE if all(_OF_THE_START.search(file) for file in files) else Level.WARNING
    return finding(MISSING, roots.pop() if len(roots) == 1 else "checkpoints", message, evidence, level)


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
