"""When garbage is looked for: while no key is pressed, and never among what stays.

Python looks through all its objects when a quarter more of them are there, whoever waits: of the longest turns of a
session of 500 keys over 2,000 runs each was such a look, 140 to 220 ms with every widget, style and row of the app.
Now the great look waits until keys have rested, and passes over what earlier ones found in use; only a long rest pays
for a look at everything. The small looks, a few milliseconds, go on as always.
"""

from __future__ import annotations

import gc
import time

from textual import events

from labjournal.tui.base_app import BaseApp

_REST_S = 2.0
_LONG_REST_S = 600.0
_LOOK_EVERY_S = 1.0
_WORTH_A_LOOK = 10
"""Middle looks since the last great one, each after some thousand new objects, from which a short rest is used."""
_MOST = 300
"""Middle looks after which the great one waits for no rest."""
_NEVER = 1_000_000_000


class RestingApp(BaseApp):
    """An app that looks for garbage when its user rests."""

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent):
            self._pressed_at = time.monotonic()
        await super().on_event(event)

    def on_mount(self) -> None:
        self._pressed_at = time.monotonic()
        self._everything = False
        self._thresholds = gc.get_threshold()
        gc.set_threshold(*self._thresholds[:2], _NEVER)
        self.set_interval(_LOOK_EVERY_S, self._look_for_garbage)

    def on_unmount(self) -> None:
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    def keep_what_is_loaded(self) -> None:
        """Never look again through what has been loaded by now, until a long rest."""
        gc.freeze()

    def _look_for_garbage(self) -> None:
        rested, waiting = time.monotonic() - self._pressed_at, gc.get_count()[2]
        if rested < _REST_S:
            self._everything = False
            if waiting < _MOST:
                return
        if rested > _LONG_REST_S and not self._everything:
            # What was kept and let go of since, like a page that was closed, is found once in a rest.
            self._everything = True
            gc.unfreeze()
        elif waiting < _WORTH_A_LOOK:
            return
        gc.collect()
        gc.freeze()
