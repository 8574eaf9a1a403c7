"""What a run prints and saves, made into results and curves. Standard library only: ``labjournal log`` must start fast.

To add a format: a file with a ``PARSER``, one line in ``PARSERS``, one test. The first parser that claims a line gets it,
so the stricter a format is, the earlier it stands.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from labjournal.parsers import (
    confusion,
    count_lines,
    json_results,
    keras,
    name_value,
    names,
    sklearn_report,
    text_tables,
)
from labjournal.parsers.assemble import Assembler
from labjournal.parsers.base import Cursor, Draft, Parser, body, read_lines
from labjournal.parsers.context import Context
from labjournal.parsers.csv_tables import delimiter_of, read_table
from labjournal.parsers.names import role_of, words_of
from labjournal.parsers.numbers import parse_number
from labjournal.parsers.own_rules import own_parser
from labjournal.parsers.reading import (
    ClassRow,
    Confusion,
    Line,
    OwnRule,
    ParsedResult,
    ParsedSeries,
    Reading,
    RoleName,
    Tally,
)

__all__ = [
    "PARSERS",
    "ClassRow",
    "Confusion",
    "Line",
    "OwnRule",
    "ParsedResult",
    "ParsedSeries",
    "Reading",
    "Tally",
    "read_file",
    "read_text",
]

PARSERS: tuple[Parser, ...] = (
    sklearn_report.PARSER,
    confusion.PARSER,
    keras.PARSER,
    json_results.PARSER,
    text_tables.PARSER,
    count_lines.PARSER,
    name_value.PARSER,
)

LARGEST_DOCUMENT = 64 << 20
"""Bytes of the largest JSON document that is read as one."""
"""The whole-file formats have slugs too, so that they can be switched off: json, jsonl, csv."""


def read_text(text: str, *, source: str = "", own_rules: Sequence[OwnRule] = (), off: Collection[str] = ()) -> Reading:
    """Reads a text. ``source`` is its name (it may say "test" or "confusion"); ``off`` are slugs of parsers not to use."""
    return _read(io.BytesIO(text.encode("utf-8", "surrogatepass")), source, own_rules, off, "utf-8")


def read_file(path: str | os.PathLike[str], *, own_rules: Sequence[OwnRule] = (), off: Collection[str] = ()) -> Reading:
    """Reads a file, whatever its name says it is; memory stays bounded for logs of any size.

    Raises OSError when the file cannot be read.
    """
    with Path(path).open("rb") as stream:
        return _read(stream, os.fspath(path), own_rules, off, None)


def _read(
    stream: BinaryIO, source: str, own_rules: Sequence[OwnRule], off: Collection[str], encoding: str | None
) -> Reading:
    name = Path(source).name if source else ""
    context = Context(source=name, source_role=_source_role(name))
    head = stream.read(1 << 16)
    stream.seek(0)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n\x00\xff\xfe")[:1]
    if start in (b"{", b"["):
        reading = _structured(stream, context, encoding, off)
        if reading is not None:
            return reading
        stream.seek(0)
    lines = read_lines(stream, encoding)
    first: list[Line] = []
    for line in lines:
        first.append(line)
        if len(first) >= 12:
            break
    lines = _chain(first, lines)
    assembler = Assembler()
    delimiter = None if "csv" in off else delimiter_of([line.text for line in first])
    if delimiter is not None:
        read_table(lines, delimiter, assembler, context)
        return assembler.finish()
    parsers = tuple(own_parser(rule) for rule in own_rules) + tuple(
        parser for parser in PARSERS if parser.slug not in off
    )
    _text(Cursor(lines), parsers, assembler, context)
    return assembler.finish()


def _text(cursor: Cursor, parsers: tuple[Parser, ...], assembler: Assembler, context: Context) -> None:
    while (line := cursor.peek()) is not None:
        for parser in parsers:
            claim = parser.read(cursor, context)
            if claim is not None:
                for draft in claim.drafts:
                    assembler.add(draft, context)
                cursor.advance(claim.lines)
                break
        else:
            text = body(line.text)
            context.observe(text, line.number)
            if _looks_like_result(text):
                assembler.strange(line)
            cursor.advance(1)


def _looks_like_result(text: str) -> bool:
    """Names a metric and holds a decimal number, and no parser took it."""
    if not 4 < len(text) < 400 or not any(char.isdigit() for char in text):
        return False
    if name_value.settings_line(text):
        return False
    words = words_of(text[:200])
    return names.may_name(words) and any(
        "." in part and parse_number(part.strip(",;()[]")) is not None for part in text.split()[:60]
    )


def _structured(stream: BinaryIO, context: Context, encoding: str | None, off: Collection[str]) -> Reading | None:
    """A JSON document or JSON Lines; None when it is neither (a log may begin with a bracket)."""
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
            pass
        else:
            if isinstance(document, dict) and "cells" in document and "nbformat" in document:
                return _notebook(document, context, off)
            single = isinstance(document, dict) and "\n" not in text.strip()
            if not (single and json_results.step_of(document) is not None):
                json_results.walk_document(document, _Split(assembler), context, text)
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


def _record(record: dict[str, Any], line: Line, assembler: Assembler, context: Context) -> None:
    step = json_results.step_of(record)
    if step is not None:
        skip = {key for key, _ in json_results.STEPS}
        for key, value in record.items():
            if key not in skip and isinstance(value, (int, float)) and not isinstance(value, bool):
                assembler.add_point(key, role_of(words_of(key)), step[0], step[1], float(value))
        return
    if json_results._per_example([record]):
        return
    json_results.walk_document(record, _Split(assembler, line), context, line.text)


class _Split(Assembler):
    """Hands the drafts of a document on, one for each role their names say."""

    def __init__(self, into: Assembler, line: Line | None = None) -> None:
        super().__init__()
        self.into = into
        self.line = line

    def add(self, draft: Draft, context: Context) -> None:
        if self.line is not None:
            draft.line, draft.last, draft.saved = self.line, self.line.number, True
        for part in json_results.split_roles(draft):
            self.into.add(part, context)

    def add_point(self, *point: Any) -> None:
        self.into.add_point(*point)


def _notebook(document: dict[str, Any], context: Context, off: Collection[str]) -> Reading:
    """The printed outputs of a notebook, in the order of its cells; line numbers count lines of output."""
    pieces: list[str] = []
    for cell in document["cells"] if isinstance(document["cells"], list) else []:
        for output in cell.get("outputs") or [] if isinstance(cell, dict) else []:
            text = (
                output.get("text") or (output.get("data") or {}).get("text/plain") or ""
                if isinstance(output, dict)
                else ""
            )
            pieces.append("".join(map(str, text)) if isinstance(text, list) else str(text))
    return read_text("\n".join(pieces), source="", off=off)


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _source_role(name: str) -> RoleName:
    return role_of(words_of(name))


def _chain(first: list[Line], rest: Iterator[Line]) -> Iterator[Line]:
    yield from first
    yield from rest
