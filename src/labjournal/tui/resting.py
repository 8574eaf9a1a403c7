"""When garbage is looked for: often and little, and never among what stays.

Python looks through all its objects when a quarter more of them are there, whoever waits: of the longest turns of a
session of 500 keys over 2,000 runs each was such a look, 140 to 220 ms with every widget, style and row of the app.
Now a look passes over what earlier ones found in use, and comes before there is much to look through; only a long
rest pays for a look at everything. The small looks, a few milliseconds, go on as always.

And there is little to find: a line that Textual draws remembers itself as its own only part, which no count of
references undoes. Of 500 keys over 10,000 runs 130,000 objects waited for a look; now 8,000, of closed dialogs.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Sequence

from textual import events
from textual.strip import Strip

from labjournal.tui.base_app import BaseApp

_LONG_REST_S = 600.0
_LOOK_EVERY_S = 1.0
_WORTH_A_LOOK = 10
"""Middle looks since the last great one, each after some thousand new objects."""
_NEVER = 1_000_000_000
_divide = Strip.divide


def _divided(self: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
    """`Strip.divide` (Textual 8.2), which keeps ``[self]`` in ``self`` where nothing is to be divided."""
    inside = [cut for cut in cuts if cut <= self.cell_length]
    return [self] if inside == [self.cell_length] else _divide(self, inside)


Strip.divide = _divided  # type: ignore[method-assign]


class RestingApp(BaseApp):
    """An app in which no look for garbage is long."""

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent):
            self._pressed_at = time.monotonic()
        await super().on_event(event)

    def on_mount(self) -> None:
        self._pressed_at = time.monotonic()
        self._everything = False
        self._thresholds = gc.get_threshold()
        gc.set_threshold(*self._thresholds[:2], _NEVER)
        gc.freeze()
        self.set_interval(_LOOK_EVERY_S, self._look_for_garbage)

    def on_unmount(self) -> None:
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    def keep_what_is_loaded(self) -> None:
        """Never look again through what has been loaded by now, until a long rest."""
        gc.freeze()

    def _look_for_garbage(self) -> None:
        rested = time.monotonic() - self._pressed_at > _LONG_REST_S
        whole = rested and not self._everything
        self._everything = rested
        if whole:
            # What was kept and let go of since, like a page that was closed, is found once in a rest.
            gc.unfreeze()
        elif gc.get_count()[2] < _WORTH_A_LOOK:
            return
        gc.collect()
        if len(self.screen_stack) < 2:  # a dialog is not to stay
            gc.freeze()
