"""What a run prints and saves, made into results and curves. Standard library only: ``log`` must start fast.

To add a format: a file with a ``PARSER``, one line in ``PARSERS``, one test. The first parser that claims a
line gets it, so the stricter a format is, the earlier it stands.
"""

from __future__ import annotations

import io
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from labjournal.parsers import (
    class_lists,
    confusion,
    conlleval,
    count_lines,
    directives,
    expressions,
    keras,
    listed_values,
    model_card,
    name_value,
    names,
    optuna,
    printed_dict,
    role_lines,
    rouge,
    sclite,
    sklearn_report,
    source_code,
    spaced_tables,
    summaries,
    text_tables,
    trec_eval,
    tuning,
)
from labjournal.parsers.assemble import Assembler
from labjournal.parsers.base import Claim, Cursor, Parser, body, read_lines
from labjournal.parsers.context import Context
from labjournal.parsers.csv_tables import delimiter_of, read_table
from labjournal.parsers.documents import read_document
from labjournal.parsers.mentions import may_mention
from labjournal.parsers.names import role_of, words_of
from labjournal.parsers.numbers import dotted, parse_number
from labjournal.parsers.own_rules import own_parser
from labjournal.parsers.quoted import unquoted
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
from labjournal.parsers.settings_lines import settings_line
from labjournal.parsers.templates import Templates
from labjournal.parsers.vocabulary import EVALUATED

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
    conlleval.PARSER,
    keras.PARSER,
    optuna.PARSER,
    printed_dict.PARSER,
    confusion.PARSER,
    class_lists.PARSER,
    rouge.PARSER,
    sclite.PARSER,
    trec_eval.PARSER,
    model_card.PARSER,
    tuning.PARSER,
    summaries.PARSER,
    directives.PARSER,
    text_tables.PARSER,
    spaced_tables.PARSER,
    count_lines.PARSER,
    name_value.PARSER,
    expressions.PARSER,
    role_lines.PARSER,
    listed_values.PARSER,
)


_BY_LINE = frozenset(("name_value", "printed_dict", "keras"))
"""Formats whose lines mostly stand for themselves."""
_REPORTS = frozenset(("sklearn_report", "conlleval", "trec_eval"))
"""Formats that are never program text, whatever the names of their classes look like."""
_RESULTS = frozenset("result results metrics scores report accuracy summary".split())


def read_text(text: str, *, source: str = "", own_rules: Sequence[OwnRule] = (), off: Collection[str] = ()) -> Reading:
    """Reads a text.

    ``source`` is its name, which may say "test" or "confusion"; ``off`` are slugs of parsers not to use ("json",
    "jsonl" and "csv" are those of the formats of whole files).
    """
    return _read(io.BytesIO(text.encode("utf-8", "surrogatepass")), source, own_rules, off, "utf-8")


def read_file(
    path: str | os.PathLike[str], *, own_rules: Sequence[OwnRule] = (), off: Collection[str] = (), growing: bool = False
) -> Reading:
    """Reads a file, whatever its name says it is; memory stays bounded for logs of any size.

    Of a ``growing`` file the last line counts only once it has ended. Raises OSError when the file cannot be read.
    """
    with Path(path).open("rb") as stream:
        whole = stream if stream.seekable() else io.BytesIO(stream.read())  # a pipe, as <(command) makes one
        return _read(whole, os.fspath(path), own_rules, off, None, growing)


def _read(
    stream: BinaryIO,
    source: str,
    own_rules: Sequence[OwnRule],
    off: Collection[str],
    encoding: str | None,
    growing: bool = False,
) -> Reading:
    name = Path(source).name if source else ""
    context = Context(source=name, source_role=_source_role(name))
    head = stream.read(1 << 16)
    stream.seek(0)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n\x00\xff\xfe")[:1]
    if start in (b"{", b"["):
        document = read_document(stream, context, encoding, off)
        if isinstance(document, Reading):
            return document
        if document is not None:
            return read_text(document, own_rules=own_rules, off=off)
        stream.seek(0)
    lines: Iterator[Line] = map(_dotted, unquoted(read_lines(stream, encoding, torn=not growing)))
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
    read = _text(Cursor(lines), parsers, assembler, context)
    return replace(assembler.finish(), lines=read)


def _text(cursor: Cursor, parsers: tuple[Parser, ...], assembler: Assembler, context: Context) -> int:
    """Reads all lines; returns the number of the last one."""
    last = 0
    templates = Templates(context, lambda cursor, context: _claim(cursor, parsers, context))
    while (line := cursor.peek()) is not None:
        last = line.number
        if line.text.startswith("[2"):
            context.begin(line.text)
        if templates.take(line, context, assembler):
            cursor.advance(1)
            continue
        claim, plain = _claim(cursor, parsers, context)
        if claim is not None and claim.drafts and context.wishes:
            claim, plain = None, False
        if claim is None:
            if not plain:
                assembler.strange(line)
            cursor.advance(1)
        else:
            for draft in claim.drafts:
                assembler.add(draft, context)
            cursor.advance(claim.lines)
        if plain:
            templates.met(line)
    return last


def _claim(cursor: Cursor, parsers: tuple[Parser, ...], context: Context) -> tuple[Claim | None, bool]:
    """What the lines from here on are, and whether the first says all of it by itself.

    No claim and not by itself: it looks like a result and was not understood.
    """
    listed = source_code.listing(cursor)
    if listed:
        return Claim(listed), False
    line = cursor.peek()
    for parser in parsers:
        claim = parser.read(cursor, context)
        if claim is not None:
            if claim.drafts and parser.slug not in _REPORTS and source_code.is_code(cursor, claim.lines):
                return Claim(1), False
            if claim.drafts and source_code.sets_a_start(cursor):
                return None, False
            plain = parser.slug in _BY_LINE and not claim.by_neighbours
            return claim, plain and not (claim.drafts and source_code.assigns(cursor))
    text = body(line.text) if line is not None else ""
    context.observe(text, line.number if line is not None else 0)
    return None, not _looks_like_result(text)


def _looks_like_result(text: str) -> bool:
    """Names a metric and holds a decimal number, and no parser took it."""
    if not 4 < len(text) < 400 or "." not in text or not may_mention(text):
        return False
    if settings_line(text):
        return False
    words = words_of(text[:200])
    return names.may_name(words) and any(
        "." in part and parse_number(part.strip(",;()[]")) is not None for part in text.split()[:60]
    )


def _source_role(name: str) -> RoleName:
    """The role a file's name says. The log of a training holds validations too: only results of one are of training.

    An evaluation may be one of anything, but for ``eval_results.json``, as transformers calls it.
    """
    words = words_of(name)
    role = role_of(words if words[:1] == ["eval"] else [word for word in words if word not in EVALUATED])
    if "train" in words and {"test", "val", "valid", "validation", "dev"} & set(words):
        return "unclear"  # train_test_report.txt
    return role if role != "train" or _RESULTS & set(words) else "unclear"


def _dotted(line: Line) -> Line:
    text = dotted(line.text)
    return line if text is line.text else replace(line, text=text)


def _chain(first: list[Line], rest: Iterator[Line]) -> Iterator[Line]:
    yield from first
    yield from rest
