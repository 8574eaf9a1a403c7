"""Following one event file: the same call reads its past and its present.

What is bad is told from what is unfinished by what comes after it.  Bytes that fail their checksum are
skipped, and reported with their offset, as soon as a good record stands behind them; while none does, they
are waited for, as a torn last record is (on network file systems the end of a file can read as zeros for a
while).  When such a file grows and still nothing of it can be decoded, that is said once: ``stalled``.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from labjournal.events.columns import Scalars, SessionStart
from labjournal.events.decode import Decoder
from labjournal.events.problems import Problem, from_os_error
from labjournal.events.proto import HParam
from labjournal.events.source import Place, Source
from labjournal.events.turn import Turn, Waiting


@dataclass(frozen=True)
class TailRead:
    """What one look at a file found.

    Points come with the session starts among them already applied.  Points of *earlier* reads are void where
    their step is >= `purge_from`, and altogether when `replaced`.
    """

    columns: dict[str, Scalars] = field(default_factory=dict)
    session_starts: tuple[SessionStart, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Each problem is reported once."""
    hparams: dict[str, HParam] = field(default_factory=dict)
    """Hyperparameters as TensorBoard's hparams plugin writes them (session_start_info)."""
    records: int = 0
    """Records read whole, with a right checksum."""
    more: bool = False
    """`max_bytes` ended the reading: call again."""
    state: Mapping[str, Any] = field(default_factory=dict)
    """Where to go on, for `EventTail.resume`; JSON-able."""

    @property
    def purge_from(self) -> int | None:
        """Step from which points of earlier reads are void, or None."""
        return min((start.step for start in self.session_starts), default=None)

    @property
    def replaced(self) -> bool:
        """Whether everything read from this file before is void."""
        return any(problem.kind == "replaced" for problem in self.problems)

    @property
    def idle(self) -> bool:
        """Whether there was nothing new to read or say."""
        return not (self.records or self.problems)


class EventTail:
    """Reads what was appended to one event file since the last look.

    Nothing about the file is an exception here: a missing, forbidden or foreign file is a `Problem` in the
    read, said once, and each later look tries again.  An idle look at an open file costs one fstat; with
    ``reopen`` (for network file systems, which refresh a file's size at open) an open and a close as well.

    Args:
        path: the file; it need not exist yet.
        reopen: open the file at each look and keep it closed between them.
        decoder: shared between the files of one folder, which name the plugin of a tag only once.
    """

    def __init__(self, path: str | os.PathLike[str], *, reopen: bool = False, decoder: Decoder | None = None) -> None:
        self.path = Path(path)
        self._source = Source(self.path, reopen=reopen)
        self._decoder = decoder or Decoder()
        self._place = Place()
        self._waiting = Waiting()
        self._trouble: Problem | None = None
        self._more = False
        self._idle = TailRead(state=self.state)

    @classmethod
    def resume(
        cls, path: str | os.PathLike[str], state: Mapping[str, Any] | None, *, reopen: bool = False
    ) -> EventTail:
        """Go on from the ``state`` of an earlier read; None or an empty one begins at the start."""
        tail = cls(path, reopen=reopen, decoder=Decoder(state.get("plugins")) if state else None)
        if state:
            tail._place = Place.from_state(state)
            tail._idle = TailRead(state=tail.state)
        return tail

    @property
    def state(self) -> dict[str, Any]:
        """``offset`` read to, ``device``, ``inode``, ``hash`` of the bytes before, ``plugins`` of the tags."""
        return {**self._place.to_state(), "plugins": dict(self._decoder.plugins)}

    @property
    def offset(self) -> int:
        """Bytes of the file that are done with."""
        return self._place.offset

    @property
    def at_rest(self) -> tuple[io.FileIO, int] | None:
        """The open file and the length at which a read would find nothing new; None where it might. See `Source`."""
        return None if self._more else self._source.at_rest

    def suspect(self) -> None:
        """Let the next read also ask whether the name still leads to this file."""
        self._source.suspect()

    def read(self, max_bytes: int | None = None, *, final: bool = False) -> TailRead:
        """Read the whole records that are new.

        Args:
            max_bytes: stop after about this many bytes; at least one record is read.
            final: nothing more will be written: what is unfinished or bad at the end is reported too.
        """
        try:
            news = self._source.look(self._place)
            if news == "idle" and not (self._more or final):
                return self._idle
            turn = self._turn(news == "replaced")
            turn.run(max_bytes, final=final)
            self._place = self._source.place(turn.offset)
        except OSError as error:
            self._source.forget()
            return self._troubled(from_os_error(error))
        self._source.rest()
        self._waiting, self._more = turn.waiting, turn.more
        problems = sorted((p for p in turn.problems if p != self._trouble), key=lambda p: p.offset)
        self._trouble = next((problem for problem in turn.problems if problem.fatal), None)
        self._idle = TailRead(state=self.state)
        return TailRead(
            turn.gathered.columns(),
            tuple(turn.session_starts),
            tuple(problems),
            turn.hparams,
            turn.records,
            self._more,
            self._idle.state,
        )

    def close(self) -> None:
        """Close the file; a later read opens it again."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _turn(self, replaced: bool) -> Turn:
        if not replaced:
            return Turn(self._source, self._decoder, self._place.offset, self._waiting)
        self._decoder = Decoder()
        turn = Turn(self._source, self._decoder, 0, Waiting())
        turn.problems.append(
            Problem("replaced", 0, "another file has taken this one's place, or it was rewritten; read from the start")
        )
        return turn

    def _troubled(self, problem: Problem) -> TailRead:
        if problem == self._trouble:
            return self._idle
        self._trouble = problem
        return TailRead(problems=(problem,), state=self._idle.state)
