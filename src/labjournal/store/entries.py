"""The diary: what people wrote, and what the journal writes by itself about launches, ends, alarms and results.

Automatic entries are derived from the facts they tell of, so they need no fact of their own and cannot be doubled.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from labjournal.facts import Fact, derived_id, dumps
from labjournal.model import Entry, EntryKind, Finding, Level, Result, Role, StateSaid
from labjournal.store import codec, study_entries, verdicts

HUMAN = ("entry", "amend", "entry_state", "retract", "lift", "git_tag", "stage", "gate")
_ULID = 26
_WITH_STATE = frozenset((EntryKind.HYPOTHESIS, EntryKind.QUESTION, EntryKind.PLAN))


def of_people(facts: Iterable[Fact]) -> list[Entry]:
    """Entries stated by people: notes with their amendments, retractions, git tags."""
    facts = list(facts)
    wordings: dict[str, list[Fact]] = {}
    states: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.kind == "amend":
            wordings.setdefault(str(fact.data.get("entry")), []).append(fact)
        elif fact.kind == "entry_state":
            states.setdefault(str(fact.data.get("entry")), []).append(fact)
    made = (_human(fact, wordings.get(fact.id, []), states.get(fact.id, [])) for fact in facts)
    return [entry for entry in made if entry is not None]


def _human(fact: Fact, amendments: Sequence[Fact], states: Sequence[Fact]) -> Entry | None:
    data, on = fact.data, codec.texts(fact.data.get("on"))
    t = codec.moment(fact.t) or codec.EPOCH
    if fact.kind == "entry":
        earlier, text = [], str(data.get("text") or "")
        for amendment in sorted(amendments, key=lambda a: (a.t, a.id)):
            earlier.append((codec.moment(amendment.t) or codec.EPOCH, text))
            text = str(amendment.data.get("text") or "")
            t = codec.moment(amendment.data.get("t")) or t
        files = codec.texts(data.get("attachments"))
        of_kind, said, study = kind(data.get("kind")), _states(states), codec.text_or_none(data.get("study"))
        state = (said[-1].state if said else "open") if of_kind in _WITH_STATE else None
        known = (fact.run, fact.user, False, tuple(earlier), files, state, said, study)
        return Entry(fact.id, t, of_kind, text, on, *known)
    if fact.kind in ("retract", "lift"):
        what = on or codec.texts([data.get("retraction")] if data.get("retraction") else [])
        text = str(data.get("why") or "") if fact.kind == "retract" else f"lifted: {data.get('why') or ''}"
        return Entry(fact.id, t, EntryKind.RETRACTION, text, what, fact.run, fact.user)
    if fact.kind == "git_tag":
        text = f"{data.get('name')}: {data.get('message') or ''}".rstrip(": ")
        return Entry(fact.id, t, EntryKind.GIT_TAG, text, (str(data.get("commit") or ""),), fact.run, fact.user, True)
    if fact.kind == "stage":
        return study_entries.of_stage(fact, t)
    if fact.kind == "gate":
        return study_entries.of_gate(fact, t)
    return None


def _states(stated: Sequence[Fact]) -> tuple[StateSaid, ...]:
    ordered = sorted(stated, key=lambda fact: (fact.t, fact.id))
    return tuple(
        StateSaid(
            codec.moment(fact.t) or codec.EPOCH,
            str(fact.data.get("state") or "open"),
            str(fact.data.get("why") or ""),
            codec.texts(fact.data.get("by")),
        )
        for fact in ordered
    )


def kind(value: object) -> EntryKind:
    try:
        return EntryKind(str(value))
    except ValueError:
        return EntryKind.NOTE


def of_run(run_id: str, name: str, facts: Sequence[Fact], findings: Sequence[Finding]) -> list[Entry]:
    """What the journal says by itself about a run: launch, end, the first alarm, restarts, losses."""
    entries = []
    for fact in facts:
        t = codec.moment(fact.t) or codec.EPOCH
        if fact.kind == "run":
            text = f"{name} launched" + (f": {fact.data['reason']}" if fact.data.get("reason") else "")
            entries.append(_automatic(fact.id, t, EntryKind.LAUNCH, text, run_id, fact.user))
        elif fact.kind == "exit":
            status = str(fact.data.get("status") or "").lower()
            text = f"{name} {status}" + (f": {fact.data['cause']}" if fact.data.get("cause") else "")
            text += _reached(facts, fact) if status in ("failed", "killed", "timeout", "preempted") else ""
            entries.append(_automatic(fact.id, t, EntryKind.END, text, run_id, fact.user))
        elif fact.kind == "attempt" and (codec.whole(fact.data.get("n")) or 1) > 1:
            text = f"{name} restarted, attempt {fact.data['n']}{_restarted_from(facts, fact)}"
            entries.append(_automatic(fact.id, t, EntryKind.RESTART, text, run_id, fact.user))
        elif fact.kind == "incident":
            entries.append(_automatic(fact.id, t, EntryKind.INCIDENT, _lost(name, fact), run_id, fact.user))
        elif fact.kind == "event":
            entries.append(_automatic(fact.id, t, EntryKind.NOTE, str(fact.data.get("text")), run_id, fact.user))
    for verdict in verdicts.standing(facts):
        before = f" (before: {', '.join(verdict.before)})" if verdict.before else ""
        text = f"{name}, expected {verdict.expectation}: {verdict.word}{before}; {verdict.sentence}"
        entry_id = derived_id("entry", "verdict", run_id, verdict.expectation)
        on = (run_id, *(f"r:{result}" for result in verdict.results))
        entries.append(Entry(entry_id, verdict.t, EntryKind.EXPECTATION, text, on, run_id, None, True))
    alarms = [finding for finding in findings if finding.level is Level.ALARM]
    if alarms:
        first = min(alarms, key=lambda finding: (finding.first_seen, finding.id))
        text = f"{first.rule} in {name}, {first.subject}: {first.message}"
        on = (run_id, f"f:{first.id}")
        entries.append(
            Entry(derived_id("entry", first.id), first.first_seen, EntryKind.ALARM, text, on, run_id, None, True)
        )
    return entries


def _reached(facts: Sequence[Fact], end: Fact) -> str:
    """The last checkpoint that was written before an end."""
    moment = str(end.data.get("ended_at") or end.t)
    written = [fact for fact in facts if fact.kind == "checkpoint" and str(fact.data.get("written_at")) <= moment]
    if not written:
        return ""
    last = max(written, key=lambda fact: (str(fact.data.get("written_at")), fact.id)).data
    step = f", step {last['step']}" if last.get("step") is not None else ""
    return f". Its last checkpoint is {last.get('path')}{step}"


def _lost(name: str, incident: Fact) -> str:
    data = incident.data
    step = f" at step {data['step']}" if data.get("step") is not None else ""
    text = f"{name} was lost{step}: {data.get('cause')}."
    if not data.get("checkpoint"):
        return f"{text} No checkpoint of it was seen."
    of_step = f", step {data['checkpoint_step']}" if data.get("checkpoint_step") is not None else ""
    return f"{text} Its last checkpoint is {data['checkpoint']}{of_step}."


def _restarted_from(facts: Sequence[Fact], attempt: Fact) -> str:
    """What a restart went on from, and why, as far as somebody stated it."""
    stated = [fact for fact in facts if fact.kind == "restart" and fact.data.get("n") == attempt.data.get("n")]
    if not stated:
        return ""
    data = stated[-1].data
    step = f" of step {data['step']}" if data.get("step") is not None else ""
    where = f", from {data['checkpoint']}{step}" if data.get("checkpoint") else ", from the beginning"
    return where + (f": {data['why']}" if data.get("why") else "")


def _automatic(fact_id: str, t: datetime, kind: EntryKind, text: str, run: str, user: str) -> Entry:
    return Entry(derived_id("entry", fact_id), t, kind, text, (run,), run, user, True)


def of_results(results: Iterable[Result]) -> list[Entry]:
    """One entry a result; its words are made by the face that shows it, since only `format` turns numbers to text."""
    return [
        Entry(
            derived_id("entry", result.id),
            result.t,
            EntryKind.RESULT,
            " ".join([*result.metrics, *filter(None, [result.dataset.name, result.subject.checkpoint])]),
            (f"r:{result.id}", result.subject.run),
            result.subject.run,
            None,
            True,
        )
        for result in results
        if result.role in (Role.VALIDATION, Role.TEST) and result.dismissed is None
    ]


def write(connection: sqlite3.Connection, owner: str, entries: Iterable[Entry]) -> None:
    """Replace all entries of an owner: a run id, or "people"."""
    entries = list(entries)
    connection.execute("DELETE FROM entries WHERE owner = ?", (owner,))
    connection.execute("DELETE FROM entries_about WHERE owner = ?", (owner,))
    connection.executemany(
        "INSERT OR REPLACE INTO entries_about (run, entry, owner) VALUES (?,?,?)",
        [(run, entry.id, owner) for entry in entries for run in _others(entry)],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO entries (id, t, kind, run, owner, user, automatic, text, data) "
        "VALUES (?,?,?,?,?,?,?,?,?)",
        [
            (
                e.id,
                e.t.isoformat(),
                e.kind.value,
                e.run,
                owner,
                e.user,
                int(e.automatic),
                e.text,
                dumps(
                    {
                        "on": list(e.on),
                        "amended": [[at.isoformat(), text] for at, text in e.amended],
                        "attachments": list(e.attachments),
                        "state": e.state,
                        "states": [[s.t.isoformat(), s.state, s.why, list(s.by)] for s in e.states],
                        "study": e.study,
                    }
                ),
            )
            for e in entries
        ],
    )


def _others(entry: Entry) -> set[str]:
    """Runs that an entry is about, or that closed it, beside the one it belongs to; ``RUN:STEP`` is about the run."""
    named = [*entry.on, *(reference for said in entry.states for reference in said.by)]
    return {run for run, _, _ in (reference.partition(":") for reference in named) if len(run) == _ULID} - {entry.run}


def note_about(connection: sqlite3.Connection) -> None:
    """Write down of all entries which runs they are about."""
    rows = connection.execute("SELECT id, t, kind, run, user, automatic, text, data, owner FROM entries")
    connection.executemany(
        "INSERT OR REPLACE INTO entries_about (run, entry, owner) VALUES (?,?,?)",
        [(run, row[0], row[8]) for row in rows for run in _others(_from_row(row[:8]))],
    )


def read(
    connection: sqlite3.Connection,
    since: datetime | None = None,
    until: datetime | None = None,
    kinds: Sequence[str] | None = None,
    grep: str | None = None,
    run: str | None = None,
    limit: int | None = None,
) -> list[Entry]:
    """Oldest first. ``grep`` finds entries holding all its words (beginnings of words suffice)."""
    where: list[str] = []
    values: list[object] = []
    if since:
        where.append("t >= ?")
        values.append(since.isoformat())
    if until:
        where.append("t < ?")
        values.append(until.isoformat())
    if kinds:
        where.append(f"kind IN ({','.join('?' * len(kinds))})")
        values += kinds
    if run:
        where.append("(run = ? OR id IN (SELECT entry FROM entries_about WHERE run = ?))")
        values += [run, run]
    words = re.findall(r"\w+", grep) if grep else []
    if grep and not words:
        return []
    if words:
        where.append("rowid IN (SELECT rowid FROM entries_words WHERE entries_words MATCH ?)")
        values.append(" ".join(f'"{word}"*' for word in words))
    clause = f"WHERE {' AND '.join(where)}" if where else ""
    order = "ORDER BY t DESC, id DESC LIMIT ?" if limit else "ORDER BY t, id"
    rows = connection.execute(
        f"SELECT id, t, kind, run, user, automatic, text, data FROM entries {clause} {order}",
        (*values, *([limit] if limit else [])),
    ).fetchall()
    entries = [_from_row(row) for row in rows]
    return entries[::-1] if limit else entries


def _from_row(row: tuple[str, str, str, str | None, str | None, int, str, str]) -> Entry:
    raw: dict[str, Any] = json.loads(row[7])
    return Entry(
        id=row[0],
        t=codec.moment(row[1]) or codec.EPOCH,
        kind=kind(row[2]),
        text=row[6],
        on=tuple(raw["on"]),
        run=row[3],
        user=row[4],
        automatic=bool(row[5]),
        amended=tuple((codec.moment(at) or codec.EPOCH, text) for at, text in raw["amended"]),
        attachments=tuple(raw["attachments"]),
        state=raw.get("state"),
        states=tuple(
            StateSaid(codec.moment(t) or codec.EPOCH, state, why, tuple(by))
            for t, state, why, by in raw.get("states", ())
        ),
        study=raw.get("study"),
    )
