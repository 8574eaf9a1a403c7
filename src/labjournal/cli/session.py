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
        yield follower
    finally:
        follower.close()


def print_json(value: Any) -> None:
    """Indented JSON on stdout; NaN and infinities as strings."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=1, allow_nan=False) + "\n")
