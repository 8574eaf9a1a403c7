"""The export of a journal read back: its blocks carry the facts they tell of, and these are taken instead of the words.

Only a block that nobody changed speaks for its facts. One of another journal that was changed is read by its words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from labjournal.export.blocks import Found, parse
from labjournal.export.carried import BEGIN, END, OF_RUN, STATED, TAINT, WATCH
from labjournal.export.prose import lifted
from labjournal.facts import Fact
from labjournal.model import EntryKind
from labjournal.reimport import folding

_KINDS = frozenset((*OF_RUN, WATCH, *STATED, TAINT))
ENTRIES = ("entry", "retract", "lift", "git_tag")
"""Kinds that stand in the diary as somebody's word."""
_OF_A_DAY = re.compile(r"(?:day|read)-\d{4}-\d\d-\d\d\Z")
_DATED = re.compile(r"^# \d{4}-\d\d-\d\d$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Carried:
    """What an export says in full, and what is left of its text for who reads diaries."""

    facts: tuple[Fact, ...]
    lines: Mapping[str, int]
    """Fact id -> the line of the file that its block begins in."""
    rest: str
    """The blocks that are read by their words, among as many empty lines as stood there; "" where there are none."""
    aside: frozenset[str]
    """The ids of these blocks."""


def read(path: Path, text: str, ours: Collection[str] = ()) -> Carried | None:
    """The facts that the blocks of a file carry; None where no block carries any and none is among ``ours``.

    Files of older versions carry none: then their words are read.
    """
    parts = parse(text)
    tables = folding.tables_of(path)
    stated: dict[str, Fact] = {}
    at: dict[str, int] = {}
    rest: list[str] = []
    aside: set[str] = set()
    known, number = False, 1
    for part in parts:
        words = part if isinstance(part, str) else part.text
        if isinstance(part, Found):
            for fact in () if part.edited else _told(part):
                stated.setdefault(fact.id, fact)
                at.setdefault(fact.id, number)
            of_journal = part.id in ours or part.id in tables
            known |= of_journal
            if part.edited and not of_journal and not _OF_A_DAY.match(part.id):
                aside.add(part.id)
        rest.append(words if isinstance(part, Found) and part.id in aside else _emptied(words))
        number += words.count("\n")
    if not stated and not known:
        return None
    return Carried(tuple(stated.values()), at, "".join(rest) if aside else "", frozenset(aside))


def _emptied(words: str) -> str:
    """As many lines without words; the date of a day stays, because what is read by its words is of that day."""
    return "\n".join(line if _DATED.match(line) else "" for line in words.split("\n"))


def _told(block: Found) -> Iterator[Fact]:
    before, _, after = block.text.rpartition(f"\n{BEGIN}\n")
    for line in after.partition(f"\n{END}")[0].split("\n") if before else ():
        try:
            said = json.loads(line)
            fact = Fact(said["id"], said["t"], said["kind"], "", "", said.get("run"), said["data"])
        except (ValueError, KeyError, TypeError):
            continue  # of a newer version
        if fact.kind in _KINDS and isinstance(fact.data, dict) and isinstance(fact.t, str):
            yield _with_words(fact, before.replace("\r\n", "\n").split("\n")[1:])


def _with_words(fact: Fact, block: Sequence[str]) -> Fact:
    """An entry with the words of its block, where the fact only says how many lines of it they are."""
    lines = fact.data.get("lines")
    if fact.kind != "entry" or not isinstance(lines, int):
        return fact
    words = lifted("\n".join(block[2 : 2 + lines]), level=2)  # below the title and an empty line
    return fact._replace(data={**{key: value for key, value in fact.data.items() if key != "lines"}, "text": words})


def to_json(one: Carried, held: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """What is new in the shape of ``labjournal import PATH --dry-run``; ``held``: ids of facts that are here."""
    runs = {fact.run: fact.data.get("name") for fact in one.facts if fact.kind == "run"}
    new = [fact for fact in one.facts if fact.id not in held]
    entries = [
        {"date": _day(fact), "title": _title(fact), "kind": _entry_kind(fact), "line": one.lines[fact.id]}
        for fact in new
        if fact.kind in ("entry", "retract", "git_tag")
    ]
    results = [_result_json(fact, runs, one.lines[fact.id]) for fact in new if fact.kind == "result"]
    return {"entries": entries, "results": results}


def _day(fact: Fact) -> str:
    return datetime.fromisoformat(fact.t).astimezone().date().isoformat()


def _entry_kind(fact: Fact) -> str:
    own = {"retract": EntryKind.RETRACTION, "git_tag": EntryKind.GIT_TAG}.get(fact.kind)
    return own.value if own is not None else str(fact.data.get("kind", EntryKind.NOTE.value))


def _title(fact: Fact) -> str:
    words = fact.data.get("text") or fact.data.get("why") or fact.data.get("name") or ""
    return str(words).strip("\n").partition("\n")[0]


def _result_json(fact: Fact, runs: Mapping[str | None, Any], line: int) -> dict[str, Any]:
    data = fact.data
    subject, dataset, counts = data.get("subject", {}), data.get("dataset", {}), data.get("counts")
    if counts:
        unknown = counts.get("unknown") or [0] * len(counts["matrix"])
        correct = [row[at] for at, row in enumerate(counts["matrix"])]
        support = [sum(row) + more for row, more in zip(counts["matrix"], unknown, strict=True)]
        counts = {**counts, "unknown": unknown, "correct": correct, "support": support}
    step = subject.get("step")
    return {
        "date": _day(fact),
        "run": runs.get(subject.get("run") or fact.run),
        "checkpoint": subject.get("checkpoint") or (None if step is None else f"checkpoint-{step}"),
        "dataset": dataset.get("name"),
        "n": data.get("n") or (sum(counts["support"]) if counts else None),
        "options": data.get("options") or {},
        "counts": counts,
        "metrics": data.get("metrics", {}),
        "line": line,
        "per_class": data.get("per_class") or {},
        "role": data.get("role"),
        "dataset_from": "text" if dataset.get("name") else None,
        "options_from": "text" if data.get("options") else None,
    }
