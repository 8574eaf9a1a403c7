"""What verbs share: the journal opened and brought up to date, and output that scripts can rely on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from labjournal.cli import Context
from labjournal.errors import NotFoundError
from labjournal.facts import plain

if TYPE_CHECKING:
    from labjournal.follower import Follower


@contextmanager
def opened(context: Context, with_curves: bool = True) -> Iterator[Follower]:
    """The journal, everything new folded in. Raises NotFoundError when there is none to read."""
    from labjournal.follower import Follower

    paths = context.existing_journal()
    if paths is None:
        raise NotFoundError(
            "There is no journal here.", "Start one with: labjournal run -- python train.py (or name it with -C DIR)"
        )
    follower = Follower.open(paths)
    try:
        follower.catch_up(with_curves)
        if paths.queue.is_dir():  # its keeper may have been killed
            from labjournal import scheduler

            scheduler.dispatch(paths)
        if follower.lost:
            from labjournal.cli import lost

            follower.catch_up()  # how far they had come stands in their curves
            lost.tell(follower, follower.lost)
        if paths.held_notices.is_dir():
            from labjournal.cli import quiet_hours

            quiet_hours.tell(paths, follower.config.notify)
        yield follower
    finally:
        follower.close()


def print_json(value: Any, checked: bool = False) -> None:
    """JSON on stdout, an element or key a line; NaN and infinities as strings.

    ``checked``: the value is known to hold only what JSON holds. No ``indent``: it would switch to an encoder
    written in Python, four times slower.
    """
    value = value if checked else plain(value)
    if isinstance(value, list):
        lines, brackets = [_compact(item) for item in value], "[]"
    elif isinstance(value, dict):
        lines, brackets = [f"{_compact(key)}: {_compact(item)}" for key, item in value.items()], "{}"
    else:
        lines, brackets = [_compact(value)], "  "
    body = ",\n ".join(lines)
    sys.stdout.write(f"{brackets[0]}{body}{brackets[1]}".strip() + "\n")


_compact = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
