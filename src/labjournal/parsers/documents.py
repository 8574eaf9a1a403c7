"""Files that are data as a whole: JSON documents, JSON Lines, notebooks."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Collection
from typing import Any, BinaryIO

from labjournal.parsers.assemble import Assembler, Row
from labjournal.parsers.base import Draft, read_lines
from labjournal.parsers.context import Context
from labjournal.parsers.json_results import walk_document
from labjournal.parsers.names import role_of, words_of
from labjournal.parsers.reading import Line, Reading
from labjournal.parsers.records import STEPS, per_example, split_roles, step_of
from labjournal.parsers.torn_json import torn_document

_OVER_LINES = re.compile(r"\s*[\[{][ \t]*\n\s*[\[{\"]")
"""A document that is written over lines: its first line is a bracket alone."""
_COMMA = re.compile(r",(\s*[}\]])")
LARGEST_DOCUMENT = 64 << 20
"""Bytes of the largest JSON document that is read as one."""


def read_document(
    stream: BinaryIO, context: Context, encoding: str | None, off: Collection[str]
) -> Reading | str | None:
    """A JSON document or JSON Lines; the printed text of a notebook; None when it is none of them.

    A log may begin with a bracket too, so that nothing is concluded from one.
    """
    data = stream.read(LARGEST_DOCUMENT + 1)
    whole = len(data) <= LARGEST_DOCUMENT
    assembler = Assembler()
    if whole and "json" not in off:
        text = (
            "\n".join(line.text for line in read_lines(io.BytesIO(data), encoding))
            if data[:2] in (b"\xff\xfe", b"\xfe\xff")
            else _decode(data)
        )
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            document = _nearly(text) if _OVER_LINES.match(text) else None
        if document is not None:
            if isinstance(document, dict) and "cells" in document and "nbformat" in document:
                return notebook_text(document)
            # The first line of a training log in JSON Lines is a whole document too.
            single = isinstance(document, dict) and "\n" not in text.strip() and not context.source.endswith(".json")
            if not (
                single and {"lr", "eta_seconds", "data_time", "learning_rate"} & document.keys() and step_of(document)
            ):
                walk_document(document, _Split(assembler), context, text)
                return assembler.finish()
    stream.seek(0)
    if "jsonl" in off:
        return None
    good = bad = 0
    for line in read_lines(stream, encoding):
        text = line.text.strip()
        if not text:
            continue
        try:
            record = json.loads(text)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            bad += 1
            if good < 1 or bad > good:
                return None
            assembler.strange(line)
            continue
        good += 1
        _record(record, line, assembler, context)
    return assembler.finish() if good else None


def _nearly(text: str) -> Any:
    """Documents behind each other, one with a comma too many, or one that breaks off."""
    several, at = [], 0
    decoder = json.JSONDecoder()
    try:
        while at < len(text):
            document, end = decoder.raw_decode(text, at)
            several.append(document)
            at = end + len(text[end:]) - len(text[end:].lstrip())
    except (ValueError, RecursionError):
        several = []
    if several:
        return several
    try:
        return json.loads(_COMMA.sub(r"\1", text))
    except (ValueError, RecursionError):
        return torn_document(text)


def _record(record: dict[str, Any], line: Line, assembler: Assembler, context: Context) -> None:
    step = step_of(record)
    if step is not None:
        skip = {key for key, _ in STEPS}
        for key, value in record.items():
            if key not in skip and isinstance(value, (int, float)) and not isinstance(value, bool):
                assembler.add_point(key, role_of(words_of(key)), step[0], step[1], float(value))
        return
    if per_example([record]):
        return
    walk_document(record, _Split(assembler, line), context, line.text)


class _Split(Assembler):
    """Hands the drafts of a document on, one for each role their names say."""

    def __init__(self, into: Assembler, line: Line | None = None) -> None:
        super().__init__()
        self.into = into
        self.line = line

    def add(self, draft: Draft, context: Context, row: Row | None = None) -> None:
        if self.line is not None:
            draft.line, draft.last, draft.saved = self.line, self.line.number, True
        for part in split_roles(draft):
            self.into.add(part, context)

    def add_point(self, *point: Any) -> None:
        self.into.add_point(*point)


def notebook_text(document: dict[str, Any]) -> str:
    """The printed outputs of a notebook, in the order of its cells; line numbers then count lines of output."""
    pieces: list[str] = []
    for cell in document["cells"] if isinstance(document["cells"], list) else []:
        outputs = cell.get("outputs") if isinstance(cell, dict) else None
        for output in outputs if isinstance(outputs, list) else []:
            if isinstance(output, dict):
                data = output.get("data")
                text = output.get("text") or (data.get("text/plain") if isinstance(data, dict) else None) or ""
                pieces.append("".join(map(str, text)) if isinstance(text, list) else str(text))
    return "\n".join(pieces)


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
