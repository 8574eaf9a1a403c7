"""What the diary says of a study: how its stages turned out, gates that were shut, and who passed one by.

A gate that was open makes no entry: the launch behind it tells of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from labjournal.facts import Fact, derived_id
from labjournal.model import Entry, EntryKind
from labjournal.store import codec

_SIGNS = {True: "passed", False: "failed", None: "open"}


def of_stage(fact: Fact, t: datetime) -> Entry:
    """One entry a verdict on a stage, with its criteria a line each."""
    data = fact.data
    because = f": {data['because']}" if data.get("because") else ""
    what = "fault " if data.get("fault") else ""
    lines = [f"{_named(data, what)} {data.get('state')}{because if not data.get('criteria') else ''}"]
    for raw in data.get("criteria") or ():
        one = codec.mapping(raw)
        lines.append(f"- {_SIGNS.get(one.get('passed'), 'open')}: {one.get('text')} ({one.get('sentence')})")
    decision = codec.mapping(data.get("decision"))
    if decision.get("path"):
        text = f": {decision['text']}" if decision.get("text") else ""
        lines.append(f"- decision, path {decision['path']}{text} ({decision.get('because')})")
    return Entry(
        id=derived_id("entry", fact.id),
        t=t,
        kind=EntryKind.STAGE,
        text="\n".join(lines),
        on=codec.texts(data.get("runs")),
        run=fact.run,
        automatic=True,
        study=codec.text_or_none(data.get("study")),
    )


def of_gate(fact: Fact, t: datetime) -> Entry | None:
    """A gate that stopped somebody, or that somebody passed by."""
    data = fact.data
    override = codec.text_or_none(data.get("override"))
    if data.get("open"):
        return None
    gate = _named(data, "gate of ")
    text = f"{gate} passed by: {override}\nIt was shut: {data.get('because')}"
    if override is None:
        text = f"{gate} shut: {data.get('because')}"
    return Entry(
        id=derived_id("entry", fact.id),
        t=t,
        kind=EntryKind.GATE if override is None else EntryKind.DECISION,
        text=text,
        user=fact.user,
        automatic=override is None,
        study=codec.text_or_none(data.get("study")),
    )


def _named(data: Mapping[str, Any], what: str) -> str:
    size = f" ({data['size']})" if data.get("size") else ""
    return f"{data.get('study')}{size}, {what}{data.get('stage')}"
