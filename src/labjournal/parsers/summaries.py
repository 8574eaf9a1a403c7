"""Statistics under a heading that says of what: ``APE w.r.t. translation part (m)`` over ``mean 5.25``, or
``==== FID Summary ====`` over ``[best.tar] Mean: 5.21 CInterval: 0.06``."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.context import Context
from labjournal.parsers.names import understand, words_of
from labjournal.parsers.numbers import Number, parse_number
from labjournal.parsers.reading import Line
from labjournal.parsers.shapes import shaped
from labjournal.parsers.vocabulary import NEVER

FEWEST = 3
_STATISTIC = re.compile(
    r"\s*(?P<name>max|mean|median|min|rmse|sse|std|average)\s*[:=\t ]\s*(?P<value>[-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*"
)
_WITH_INTERVAL = re.compile(
    r"(?:\((?P<part>[^()]{1,30})\)\s*)?mean\s*[:=]\s*(?P<value>[-+]?[\d.]+)\s*,?\s*"
    r"(?:CInterval|CInt|CI|conf(?:idence)?[ _]interval)\s*[:=]\s*[\d.]+",
    re.IGNORECASE,
)
_OWNER = re.compile(r"\W*\[(?P<owner>[^\[\]]{1,60})\]|\W*(?P<plain>[\w.-]{1,60}):")
_DECORATED = re.compile(
    r"\s*[=\-*#]{2,}\s*(?P<title>\w[\w @%-]{0,40}?)(?:\s+(?:summary|statistics|stats))?\s*[=\-*#:]*\s*", re.IGNORECASE
)
_ERRORS = frozenset("ape ate rpe".split())
"""Errors of a trajectory; as words of a sentence they are none."""
_UNIT = re.compile(r"\((?:m|cm|mm|deg|rad|%)\)\s*$")


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None:
        return None
    if _STATISTIC.fullmatch(line.text):
        return _listed(cursor)
    return _with_intervals(cursor, line) if "ean" in line.text and _WITH_INTERVAL.search(line.text) else None


def _listed(cursor: Cursor) -> Claim | None:
    """A statistic a line, under a line that begins with the name of the metric or ends in its unit."""
    metric = next(filter(None, map(_headed, reversed(cursor.passed))), None)
    if metric is None:
        return None
    found: dict[str, Number] = {}
    lines: list[Line] = []
    while (ahead := cursor.peek(len(lines))) is not None and (row := _STATISTIC.fullmatch(ahead.text)) is not None:
        number = parse_number(row["value"])
        if number is None or row["name"] in found:
            break
        found[row["name"]] = number
        lines.append(ahead)
    if len(lines) < FEWEST or not {"mean", "median", "average"} & found.keys():
        return None
    draft = Draft(lines[0], lines[-1].number, [one.text for one in lines], PARSER.slug)
    draft.metrics = {f"{metric}_{name}": number for name, number in found.items()}
    return Claim(len(lines), [draft])


def _headed(text: str) -> str | None:
    words = words_of(text)[:2]
    if not words or any(char.isdigit() for char in text):
        return None
    if words[0] in _ERRORS:
        return words[0]
    if _UNIT.search(text) is None:
        return None
    name = understand(shaped(" ".join(words))) or understand(shaped(words[0]))
    return None if name is None else name.metric


def _with_intervals(cursor: Cursor, line: Line) -> Claim | None:
    """Means with their intervals, a line for each of those measured."""
    metric = next(filter(None, map(_decorated, reversed(cursor.passed))), None)
    if metric is None:
        return None
    draft = Draft(line, line.number, [line.text], PARSER.slug, headline=True)
    for found in _WITH_INTERVAL.finditer(line.text):
        number = parse_number(found["value"])
        part = "_".join(words_of(found["part"])) if found["part"] else ""
        if number is not None:
            draft.metrics["_".join(filter(None, (metric, part)))] = number
    owner = _OWNER.match(body(line.text))
    if owner is not None and (said := owner["owner"] or owner["plain"]).lower() not in ("mean", metric):
        draft.options["group"] = said
    return Claim(1, [draft]) if draft.metrics else None


def _decorated(text: str) -> str | None:
    match = _DECORATED.fullmatch(text)
    words = words_of(match["title"]) if match is not None else []
    if match is None or not words or len(words) > 3 or not NEVER.isdisjoint(words):
        return None
    return "_".join(words)


PARSER = Parser("summaries", 1, "statistics of one metric under the heading that names it", _read)
