"""What a block tells, as facts that another journal can take in: a comment at its end that no reader sees.

The words of a block say a run by its short id and a value in the digits that mean something; the facts beside them
have both in full, so that an export which is imported elsewhere is the same results and the same entries, retracted
where they were. What ``[diary] hide`` leaves out of the words is left out here too.

    <!-- labjournal:facts
    {"kind":"result","id":…,"t":…,"run":…,"data":{…}}
    -->
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from labjournal import facts
from labjournal import format as fmt
from labjournal.export.blocks import Block
from labjournal.export.entry_words import Book
from labjournal.export.prose import embed, lifted
from labjournal.facts import derived_id
from labjournal.model import Entry, Result, Run

BEGIN, END = "<!-- labjournal:facts", "-->"
TAINT = "taint"
"""Marks on results, by whatever retraction: kept with them, because that may stand in another file."""
_ESCAPES = (("--", "-\\u002d"), ("[^", "[\\u005e"))
"""What would end the comment, and what would be a footnote."""


def beside(block: Block, told: Iterable[dict[str, Any]], book: Book) -> Block:
    """The block with its facts."""
    lines = [_escaped(facts.dumps(_hidden(one, book))) for one in told]
    return replace(block, text="\n".join([block.text, "", BEGIN, *lines, END])) if lines else block


def _escaped(line: str) -> str:
    for sign, escape in _ESCAPES:
        line = line.replace(sign, escape)
    return line


def of_results(results: Sequence[Result], book: Book, up: str) -> Iterator[dict[str, Any]]:
    """The run they are about, each result, the file of its predictions, and what retracts it."""
    for run in dict.fromkeys(run for result in results for run in (result.subject.run, result.measured_by)):
        yield from of_run(book.run(run))
    marked: dict[str, list[str]] = {}
    for result in results:
        yield _fact("result", result.id, fmt.iso(result.t), result.measured_by or None, _result(result))
        file = book.known.predictions.get(result.id)
        if file is not None:
            said = {"result": result.id, "path": _seen_from(file.path, up, book), "sha256": file.sha256}
            grouped = {"groups": file.groups, "design": dict(file.design) or None, "auc": list(file.auc or ())}
            yield _fact("predictions", derived_id("predictions", result.id), fmt.iso(result.t), None, said | grouped)
        if result.taint:
            marked.setdefault(result.taint, []).append(f"r:{result.id}")
    for why, on in marked.items():
        yield _fact(TAINT, derived_id("taint", why, *on), fmt.iso(results[-1].t), None, {"on": on, "why": why})


def of_run(run: Run | None) -> Iterator[dict[str, Any]]:
    """How a run was launched, and how it ended."""
    if run is None:
        return
    code = run.snapshot
    data = {
        "name": run.name,
        "kind": run.kind.value,
        "reason": run.reason,
        "command": list(run.command),
        "settings": dict(run.settings),
        "validates": _validates(run),
        "parent": {"run": run.parent, "step": run.parent_step} if run.parent else None,
        "snapshot": {
            "commit": code.commit,
            "branch": code.branch,
            "dirty": code.dirty,
            "git_tag": code.git_tag,
            "missing": code.missing,
        },
    }
    yield _fact("run", run.id, fmt.iso(run.created_at), run.id, data)
    if run.status.ended:
        ended = {"started_at": fmt.iso(run.started_at), "ended_at": fmt.iso(run.ended_at)}
        said = {"status": run.status.value, "cause": run.cause, "exit_code": run.exit_code, "signal": run.signal}
        yield _fact("exit", derived_id("end", run.id), fmt.iso(run.ended_at), run.id, said | ended)


def _validates(run: Run) -> dict[str, Any] | None:
    if run.subject is None:
        return None
    checkpoint = {"checkpoint": run.subject.checkpoint, "step": run.subject.step, "version": run.subject.version}
    return {"run": run.subject.run, **checkpoint, "dataset": run.dataset, "options": dict(run.options)}


def of_alarm(entry: Entry, book: Book) -> Iterator[dict[str, Any]]:
    """What was found; the entry follows from it."""
    for finding in book.store.findings(entry.run):
        if f"f:{finding.id}" in entry.on:
            yield _fact("finding", finding.id, fmt.iso(finding.first_seen), finding.run, finding.stated())


def of_entry(entry: Entry, book: Book, up: str) -> Iterator[dict[str, Any]]:
    """The words of a person with all that was said of them later; of the journal's own, those no run tells again."""
    stated = book.stated.get(entry.id, ())
    for fact in stated:
        data = dict(fact.data)
        if data.get("attachments"):
            data["attachments"] = [_seen_from(str(file), up, book) for file in data["attachments"]]
        if fact.kind == "entry" and len(stated) == 1:
            data |= _words(entry.text, book)
        yield _fact(fact.kind, fact.id, fact.t, fact.run, {key: value for key, value in data.items() if value})
    if not stated:
        own = {"kind": entry.kind.value, "text": entry.text, "on": [one for one in entry.on if one]}
        yield _fact("entry", entry.id, fmt.iso(entry.t), entry.run, own)


def _words(text: str, book: Book) -> dict[str, Any]:
    """How many lines of the block are the person's words; the words themselves where those lines do not give them."""
    shown = embed(text, level=2)
    if lifted(shown, level=2) == text and "[^" not in text and text.strip() and book.hidden(shown) == shown:
        return {"text": None, "lines": shown.count("\n") + 1}
    return {"text": text}


def _result(result: Result) -> dict[str, Any]:
    subject, dataset, counts = result.subject, result.dataset, result.counts
    data: dict[str, Any] = {
        "subject": {
            "run": subject.run,
            "checkpoint": subject.checkpoint,
            "step": subject.step,
            "version": subject.version,
        },
        "measured_by": result.measured_by,
        "dataset": {
            "name": dataset.name,
            "hash": dataset.hash,
            "n": dataset.n,
            "class_counts": dict(dataset.class_counts) if dataset.class_counts else None,
            "source": dataset.source,
        },
        "options": dict(result.options),
        "metrics": dict(result.metrics),
        "n": result.n,
        "per_class": {label: dict(row) for label, row in result.per_class.items()},
        "digits": dict(result.digits),
        "role": result.role.value,
        "how": result.sources[0].how,
        "objective": result.objective,
    }
    if counts is not None:
        matrix = [list(row) for row in counts.matrix]
        data["counts"] = {"labels": list(counts.labels), "matrix": matrix, "unknown": list(counts.unknown)}
    return data


def _fact(kind: str, fact_id: str, t: str | None, run: str | None, data: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "id": fact_id, "t": t, "run": run, "data": _said(data)}


def _said(value: Any) -> Any:
    """Without what was not said."""
    if not isinstance(value, dict):
        return value
    kept = {key: _said(item) for key, item in value.items()}
    return {key: item for key, item in kept.items() if item is not None and item not in ({}, [], "")}


def _hidden(value: Any, book: Book) -> Any:
    if not book.config.diary.hide:
        return value
    if isinstance(value, str):
        return book.hidden(value)
    if isinstance(value, dict):
        return {key: _hidden(item, book) for key, item in value.items()}
    return [_hidden(item, book) for item in value] if isinstance(value, list) else value


def _seen_from(path: str, up: str, book: Book) -> str:
    """A file of the project as the exported page sees it."""
    name = book.store.places.name(path)
    return name if posixpath.isabs(name) else posixpath.join(up, name)
