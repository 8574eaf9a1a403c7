"""Are rows that a script evaluates on among those it trains on, where it cuts its batches by hand? train_val_overlap.

The tables that batches are cut from are looked for in the variables of the script, so that it is known which rows there
are. Not meant are the training data themselves, or a part or all of them run through for a figure on them; rows that
were evaluated before they were trained on, as pseudo-labels are; and tables of few values, whose rows are equal by
chance. Shapes: B rows, D elements a row.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass
from types import FrameType
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

import torch

from labjournal.watch.findings import Findings
from labjournal.watch.naming import holders, user_frames
from labjournal.watch.overlap import MIN_ROWS, SHARE, Overlap, evidence_of, is_by_chance
from labjournal.watch.rows import hashes
from labjournal.watch.rules import NOTICE

LOOKS = 3
"""Batches, after which a table that has all their rows is no batch itself."""
MOST_SEEN = 1500
PASSES, SECONDS = 60, 0.15
"""Without gradients, that are looked at, and time of the processor for them; 1 ms for 5,000 rows of 20."""
MOST_ELEMENTS, MOST_ROWS = 4_000_000, 100_000
MOST_TABLES = 6
OWN = 0.95
"""Share of rows in training above which it is the training data that is evaluated."""
WHOLE = 0.9
"""Share of the training rows above which it is all that there is, of which a part is counted afterwards."""
REALLY = 5
"""Rows seen in batches that were trained on."""
COLUMNS, VARIED, ROWS = 16, 3, 2000
DISTINCT = 0.3
"""A column is measured, and not one of a few values, with so many different ones a row."""


@dataclass(frozen=True)
class _Trained:
    """What may be all rows that are trained on."""

    rows: Set[int]
    recurring: float
    """Share of rows that have an equal one."""


class _Session:
    """Passes without gradients between two backward passes, and what had been trained on before them."""

    def __init__(self, number: int, seen: Set[int], trained: List[_Trained]) -> None:
        self.number = number
        self.seen = seen
        self.trained = trained
        self.rows: Dict[int, Set[int]] = {}
        """What was evaluated: by the address of what it was cut from, or its own."""
        self.names: Dict[int, str] = {}


@dataclass
class _Evaluated:
    name: str
    rows: Set[int]
    trained: List[_Trained]
    """Those that hold some of the rows and not the others."""
    times: int = 1


class HeldOut:
    """Rows trained on and evaluated on, since the last optimizer was made."""

    def __init__(self, findings: Findings, loaded: Overlap) -> None:
        """``loaded``: what came through DataLoaders."""
        self._findings = findings
        self._loaded = loaded
        self._passes, self._spent = 0, 0.0
        self.compared = False
        """Has a table evaluated been compared with all that was trained on?"""
        self.forget()

    def forget(self) -> None:
        """A new training begins."""
        self._seen: Set[int] = set()
        self._looks = 0
        self._session: Optional[_Session] = None
        self._evaluated: Dict[Tuple[int, int], _Evaluated] = {}

    def trained(self, marks: List[int]) -> None:
        """The rows of a batch."""
        self._looks += 1
        if len(self._seen) < MOST_SEEN:
            self._seen.update(marks)

    @property
    def wants(self) -> bool:
        """Are passes without gradients to be seen?"""
        some = bool(self._seen) or self._loaded.has_trained
        return some and not self._loaded.has_validated and not self._used_up

    @property
    def _used_up(self) -> bool:
        return self._passes >= PASSES or self._spent >= SECONDS

    def evaluated(self, args: Any, session: int, step: int) -> None:
        """A pass of a model without gradients, in the session of that number."""
        self._passes += 1
        start = time.thread_time()
        given = next((one for one in args if isinstance(one, torch.Tensor) and one.dim() > 1), None)
        if given is not None and given.is_floating_point() and _is_small(given):
            self._note(given, session, step)
        self._spent += time.thread_time() - start

    def _note(self, given: Any, session: int, step: int) -> None:
        marks = hashes(given)
        if marks is None or not _is_measured(given):
            return
        if self._session is None or self._session.number != session:
            self._close(step)
            self._session = _Session(session, set(self._seen), self._all_trained(given, sys._getframe()))
        source = given if given._base is None else given._base
        self._session.rows.setdefault(source.data_ptr(), set()).update(marks)
        self._session.names.setdefault(source.data_ptr(), _name_of(given, sys._getframe()))

    def end(self, step: int) -> None:
        if not self._used_up:  # of the last session not all was seen then
            self._close(step)
        for one in self._evaluated.values():
            self._judge(one, step)

    def _all_trained(self, like: Any, frame: FrameType) -> List[_Trained]:
        """Each table of the script that has all the rows of the batches seen."""
        if self._loaded.has_trained:
            return [_Trained(self._loaded.trained, self._loaded.recurring)]
        found = []
        for _, table in list(_tables(like, len(self._seen), frame))[:MOST_TABLES] if self._looks >= LOOKS else ():
            marks = hashes(table.to(like.dtype)) or []
            counts = Counter(marks)
            if self._seen.issubset(counts):
                found.append(_Trained(set(counts), sum(n for n in counts.values() if n > 1) / len(marks)))
        return found

    def _close(self, step: int) -> None:
        """The session is over: which of its rows had been trained on?"""
        session, self._session = self._session, None
        if session is None or len(session.rows) > MOST_TABLES:
            return  # batches that are copies: of what, nobody knows
        for source, rows in session.rows.items():
            key = len(rows), sum(rows)
            if key in self._evaluated:
                self._evaluated[key].times += 1
            elif len(rows) >= MIN_ROWS:
                self.compared |= bool(session.trained)
                mixed = [one for one in session.trained if _is_mixed(rows, one.rows, session.seen or one.rows)]
                self._evaluated[key] = _Evaluated(session.names[source], rows, mixed)
            if key in self._evaluated and self._evaluated[key].times == 2:
                self._judge(self._evaluated[key], step)

    def _judge(self, one: _Evaluated, step: int) -> None:
        loaded = self._loaded.has_trained
        still = [trained for trained in one.trained if loaded or self._seen.issubset(trained.rows)]
        if not still or self._loaded.has_validated:
            return
        shared = len(one.rows & still[0].rows)
        share, recurring = shared / len(one.rows), still[0].recurring
        self._findings.say(
            "train_val_overlap",
            step,
            f"{shared} of {len(one.rows)} rows of {{subject}}, evaluated without gradients, are in the training data "
            f"({share:.0%}), number for number.",
            evidence=evidence_of(shared, one.rows, still[0].rows, recurring),
            level=NOTICE if is_by_chance(share, recurring) else None,
            subject=one.name,
        )


def _is_mixed(rows: Set[int], trained: Set[int], seen: Set[int]) -> bool:
    """Are some of these rows trained on, for certain, and others not?"""
    shared = len(rows & trained)
    part = shared >= MIN_ROWS and SHARE <= shared / len(rows) <= OWN and shared < WHOLE * len(trained)
    return part and len(rows & seen) >= REALLY


def _name_of(given: Any, frame: FrameType) -> str:
    """As the function nearest to the pass calls it."""
    names = [name for above in user_frames(frame) for name, value in holders(above) if value is given]
    return names[0] if names else "the validation data"


def _tables(like: Any, rows: int, frame: FrameType) -> Iterator[Tuple[str, Any]]:
    """Tensors and arrays in variables with rows of that size, and so many of them at least."""
    width = like.numel() // max(1, len(like))
    seen: Set[int] = set()
    for above in user_frames(frame):
        for name, value in holders(above):
            table = None if id(value) in seen else _as_tensor(value)
            seen.add(id(value))
            if table is None or table.dim() < 2 or len(table) < rows or not _is_small(table):
                continue
            if table.numel() == width * len(table):
                yield name, table


def _is_small(table: Any) -> bool:
    return bool(table.numel() <= MOST_ELEMENTS and len(table) <= MOST_ROWS)


def _as_tensor(value: Any) -> Optional[Any]:
    numpy = sys.modules.get("numpy")
    if numpy is not None and type(value) is numpy.ndarray and value.dtype.kind == "f":
        try:
            return torch.from_numpy(value)
        except (ValueError, TypeError):  # negative strides, foreign byte order
            return None
    plain = type(value) is torch.Tensor and value.device.type == "cpu" and value.is_floating_point()
    return value.detach() if plain and value.layout is torch.strided else None


def _is_measured(rows_BD: Any) -> bool:
    """Has it columns in which hardly any value comes twice, unless its whole row does?"""
    flat_BD = rows_BD.detach()[:ROWS].reshape(min(ROWS, len(rows_BD)), -1)
    few_BD = flat_BD[:, :: -(-flat_BD.shape[1] // COLUMNS)]
    marks = hashes(few_BD)
    distinct = len(set(marks or ()))
    return sum(len(set(column)) >= DISTINCT * distinct for column in few_BD.t().tolist()) >= VARIED
