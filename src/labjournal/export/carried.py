"""What a block tells, as facts that a journal can take in: a comment at its end that no reader sees.

The words of a block say a run by its short id and a value in the digits that mean something; the facts beside them
have both in full, as they were stated. An export that is imported is the same runs, results and entries under the same
ids. What only the machine is concerned with (host, user, processes, whole paths) is left out, and what
``[diary] hide`` leaves out of the words is left out here too.

    <!-- labjournal:facts
    {"data":{…},"id":…,"kind":"result","run":…,"t":…}
    -->
"""

from __future__ import annotations

import json
import os
import posixpath
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo
from typing import Any, NamedTuple

from labjournal import facts
from labjournal import format as fmt
from labjournal.export.blocks import Block
from labjournal.export.prose import embed, lifted
from labjournal.facts import derived_id
from labjournal.model import Entry, Result, Run
from labjournal.store import Store
from labjournal.store.facts import Row

BEGIN, END = "<!-- labjournal:facts", "-->"
TAINT = "taint"
"""Marks on results, by whatever retraction: kept with them, because that may stand in another file."""
_ESCAPES = (("--", "-\\u002d"), ("[^", "[\\u005e"))
"""What would end the comment, and what would be a footnote."""

OF_RUN: Mapping[str, frozenset[str] | None] = {
    "run": frozenset(
        "name kind kind_from reason command cwd parent settings expect expect_time_s validates changes stage sweep "
        "snapshot".split()
    ),
    "attempt": frozenset(["n"]),
    "exit": frozenset("attempt status cause exit_code signal started_at ended_at stopped_by".split()),
    "settings": None,
    "restart": None,
    "incident": None,
    "event": None,
    "finding": None,
    "checkpoint": frozenset("path version step size written_at".split()),
}
"""Kinds that are told wherever a run is; which keys of them, None for all."""
WATCH = "watch_state"
_OF_ENTRY = ("entry", "amend", "entry_state", "retract", "lift", "git_tag")
_OF_STUDY = ("stage", "gate")
_OF_RESULT = ("identified", "assign", "dismiss", "predictions")
_OF_DAY = ("fault", "fault_mark", "reference", "ack", "sweep", "sweep_stopped")
_SWEEP = frozenset("launcher_options part_of".split())
_SNAPSHOT = frozenset("commit head branch dirty git_tag missing".split())
STATED = (*_OF_ENTRY, *_OF_STUDY, "result", *_OF_RESULT, "verdict", *_OF_DAY)
"""Kinds that are known by their ids, whatever run they are of."""


class Line(NamedTuple):
    """A fact as it stands in the comment."""

    id: str
    text: str


def beside(block: Block, told: Iterable[Line], said: set[str]) -> Block:
    """The block with its facts, less those that were ``said`` in the file already; these are added."""
    new = {line.id: line.text for line in told if line.id not in said}
    if not new:
        return block
    said.update(new)  # `|=` with the keys of a dict would make another set
    text = "\n".join(new.values())
    for sign, escape in _ESCAPES:
        text = text.replace(sign, escape)
    return replace(block, text=f"{block.text}\n\n{BEGIN}\n{text}\n{END}")


class Carried:
    """The facts of a journal by what they tell of. Read once."""

    def __init__(self, store: Store, runs: Mapping[str, Run], hidden: Callable[[str], str] | None) -> None:
        """``hidden``: takes out of a text what must not be told; None where all may be."""
        self._store, self._runs, self._hidden = store, runs, hidden
        self._of_run: dict[str, list[Row]] = {}
        self._of_entry: dict[str, list[Row]] = {}
        self._of_result: dict[str, list[Row]] = {}
        self._loose: list[Row] = []
        self._lines: dict[str, list[Line]] = {}
        merged = store.merged_results()
        for row in store.fact_rows(*OF_RUN, *STATED):
            self._sort(row, merged)

    def _sort(self, row: Row, merged: Mapping[str, str]) -> None:
        kind = row.kind
        if kind == "result":
            if row.id in merged:  # else a newer reading has taken its place
                self._of_result.setdefault(merged[row.id], []).append(row)
        elif kind in _OF_RESULT:
            about = str(json.loads(row.data).get("result")).removeprefix("r:")
            self._of_result.setdefault(merged.get(about, about), []).append(row)
        elif kind in _OF_ENTRY:
            about = json.loads(row.data).get("entry") if kind in ("amend", "entry_state") else row.id
            self._of_entry.setdefault(str(about), []).append(row)
        elif kind in _OF_STUDY:
            entry = derived_id("entry", row.id)
            self._of_entry.setdefault(entry, []).append(row)
        elif kind == "verdict":
            entry = derived_id("entry", "verdict", row.run, json.loads(row.data).get("expectation"))
            self._of_entry.setdefault(entry, []).append(row)
        elif kind in _OF_DAY:
            self._loose.append(row)
        else:
            self._of_run.setdefault(row.run or "", []).append(row)

    def loose(self, days: Sequence[date], told: Iterable[str], zone: tzinfo | None) -> dict[date, list[Line]]:
        """Facts that no entry tells of, by the day they were stated on, or the next one that has a page.

        Args:
            days: those that have a page, in order.
            told: ids of the entries and results that have a block.
        """
        of_blocks = set(told)
        rows = [row for one, rows in self._of_entry.items() if one not in of_blocks for row in rows]
        rows = [row for row in rows if row.kind not in _OF_ENTRY]  # what people wrote between the blocks stands there
        rows += [row for one, rows in self._of_result.items() if one not in of_blocks for row in rows]
        found: dict[date, list[Line]] = {}
        for row in sorted([*rows, *self._loose], key=lambda row: (row.t, row.id)):
            when = datetime.fromisoformat(row.t).astimezone(zone).date()
            if days:
                found.setdefault(days[min(bisect_left(days, when), len(days) - 1)], []).append(self._line(row))
        return found

    def of_run(self, run_id: str | None) -> Sequence[Line]:
        """How a run was launched, what was found in it and how it ended."""
        run = self._runs.get(run_id or "")
        if run is None:
            return ()
        if run.id not in self._lines:
            rows = _newest_of_a_path(self._of_run.get(run.id, ()))
            lines = [self._line(row) for row in rows]
            word, _, because = run.watch.partition(": ")
            state = facts.dumps({"state": word, **({"because": because} if because else {})})
            watch = Row(derived_id("watch", run.id, state), fmt.iso(run.created_at) or "", WATCH, run.id, state)
            self._lines[run.id] = [*lines, self._line(watch)]
        return self._lines[run.id]

    def of_results(self, results: Sequence[Result], up: str) -> Iterator[Line]:
        """The runs they are about, each result with all that was said of it, and what retracts it."""
        for run in dict.fromkeys(run for result in results for run in (result.subject.run, result.measured_by)):
            yield from self.of_run(run)
        marked: dict[str, list[str]] = {}
        for result in results:
            yield from (self._line(row, up) for row in self._of_result.get(result.id, ()))
            if result.taint:
                marked.setdefault(result.taint, []).append(f"r:{result.id}")
        for why, on in marked.items():
            said, t = facts.dumps({"on": on, "why": why}), fmt.iso(results[-1].t) or ""
            yield self._line(Row(derived_id(TAINT, why, *on), t, TAINT, None, said))

    def of_entry(self, entry: Entry, up: str) -> Iterator[Line]:
        """What people said to make it and about it since; of the journal's own what it follows from."""
        if entry.automatic:
            yield from self.of_run(entry.run)
        rows = self._of_entry.get(entry.id, ())
        yield from (self._line(row, up, entry if len(rows) == 1 else None) for row in rows)

    def _line(self, row: Row, up: str = "", entry: Entry | None = None) -> Line:
        data = row.data
        if row.kind in _CHANGED or self._hidden:
            data = facts.dumps(self._told(row, json.loads(data), up, entry))
        run = f'"{row.run}"' if row.run else "null"
        return Line(row.id, f'{{"data":{data},"id":"{row.id}","kind":"{row.kind}","run":{run},"t":"{row.t}"}}')

    def _told(self, row: Row, data: dict[str, Any], up: str, entry: Entry | None) -> Any:
        keys = OF_RUN.get(row.kind)
        if keys is not None:
            data = {key: value for key, value in data.items() if key in keys and value not in (None, {}, [], "")}
        if row.kind in ("run", "sweep"):
            near = self._near(data.pop("cwd", None))
            data = {key: value for key, value in data.items() if key not in _SWEEP}
            data |= {"cwd": near} if near else {}
        if isinstance(data.get("snapshot"), dict):
            data["snapshot"] = {key: value for key, value in data["snapshot"].items() if key in _SNAPSHOT}
        if row.kind == "fault":
            data.pop("imported", None)  # what it is here, not what it is
        if row.kind == "predictions":
            data["path"] = self._seen_from(str(data.get("path")), up)
        if data.get("attachments"):
            data["attachments"] = [self._seen_from(str(file), up) for file in data["attachments"]]
        if row.kind == "entry" and entry is not None:
            data = {key: value for key, value in data.items() if value} | self._words(entry.text)
        return self._without(data) if self._hidden else data

    def _words(self, text: str) -> dict[str, Any]:
        """How many lines of the block are the person's words; the words where those lines do not give them."""
        shown = embed(text, level=2)
        same = lifted(shown, level=2) == text and (self._hidden is None or self._hidden(shown) == shown)
        if same and "[^" not in text and text.strip():
            return {"text": None, "lines": shown.count("\n") + 1}
        return {"text": text}

    def _near(self, folder: str | None) -> str:
        """A folder as seen from the project; "" for one elsewhere, which is nobody's business."""
        name = self._store.places.name(f"{folder or os.sep}{os.sep}")
        return "" if os.path.isabs(name) else posixpath.normpath(name or ".")

    def _seen_from(self, path: str, up: str) -> str:
        """A file of the project as the exported page sees it."""
        name = self._store.places.name(path)
        return name if posixpath.isabs(name) else posixpath.join(up, name)

    def _without(self, value: Any) -> Any:
        if isinstance(value, str) and self._hidden:
            return self._hidden(value)
        if isinstance(value, dict):
            return {key: self._without(item) for key, item in value.items()}
        return [self._without(item) for item in value] if isinstance(value, list) else value


_CHANGED = frozenset([*(kind for kind, keys in OF_RUN.items() if keys), "entry", "predictions", "sweep", "fault"])
"""Kinds of which not all is told as it was stated."""


def _newest_of_a_path(rows: Iterable[Row]) -> list[Row]:
    """Without the versions of checkpoints that a later one has taken the place of."""
    kept: dict[str, Row] = {}
    for row in rows:
        kept[str(json.loads(row.data).get("path")) if row.kind == "checkpoint" else row.id] = row
    return list(kept.values())
