"""Which lines of a diary are what a program printed, and the results in them.

A result is read off printed lines only: a report, count lines, a name with its value and nothing else. A sentence with
a number in it ("accuracy of about 83%") is a claim, never a result.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from labjournal import parsers
from labjournal.importers.document import Line
from labjournal.parsers import ParsedResult
from labjournal.parsers.mentions import may_mention
from labjournal.parsers.names import role_of, words_of

_ROW = re.compile(r"^[\s>|*]*[^\d\s|].*?(?:[\s|]+(?:\d+\.\d+|\d+|nan)%?){2,5}[\s|]*$", re.IGNORECASE)
_HEADER = re.compile(r"\bprecision\b[\s|]+recall\b", re.IGNORECASE)
_COUNTED = re.compile(r"\b\d[\d,]*\s*(?:/|out\s+of|of|von|sur)\s*\d[\d,]*\b")
_UNKNOWN = re.compile(
    r"\b(?:unknown|unparse?able|invalid)\b.{0,40}\d|\ball\s+predictions\s+classified\b", re.IGNORECASE
)
_CORRECT = re.compile(r"\b(?:correct\w*|richtig\w*|korrekt\w*|right)\b|正确", re.IGNORECASE)
_VALUE = r"[-+−]?\d*[.,]?\d+(?:[eE][-+]?\d+)?"
_STATED = re.compile(
    r"^[\s>*_+•-]*(?:\d+[.)]\s+)?(?P<name>[^\W\d_][^:=：＝|]{0,70}?)\s*[:=：＝]\s*(?P<value>[\s*_`~≈]*"
    rf"{_VALUE}\s*(?:%|dB)?(?:\s*[/,|]\s*{_VALUE}\s*%?)*)(?P<rest>.*)$"
)
_REPORT = re.compile(
    r"^\s*\|[^|]*\|[\s*]*precision[\s*]*\|[\s*]*recall[\s*]*\|[\s*]*f1[\w -]*[\s*]*\|"
    r"[\s*]*(?:support|count|n)[\s*]*\|?\s*$",
    re.IGNORECASE,
)
_FRAMED = re.compile(r"\b(?:test|validate|validation)\s+metric\b.*\bdataloader\s+\d", re.IGNORECASE)
_FRAME_ROW = re.compile(
    rf"^[\s│┃|]*(?:[─━┄┏┓└┘┡┩╇┴┬├┤╋═-]+[\s│┃|─━┏┓└┘┡┩╇┴┬├┤╋═-]*|[\w./-]+(?:[\s│┃|]+{_VALUE})+[\s│┃|]*)$"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_ITEM = re.compile(rf"^\s*[-*+•]\s+[^:=.]{{1,50}}[:=]\s*[*_`]*{_VALUE}[^.]{{0,40}}$")
_PLACE = re.compile(r"(?<![\d:])1:\d|checkpoint|\bckpt|data\s?set", re.IGNORECASE)
_PLAIN_REST = re.compile(r"^[\s*_`.;,]*(?:[(\[（][^()\[\]]{0,60}[)\]）])?[\s*_`.;]*$")
_ALSO = re.compile(r"(?:[,;|]\s*[^\W\d][\w @./-]{0,40}\s*[:=]\s*[*_`]*|[^\W\d][\w@./-]{0,40}=)[-+]?\d")
_SLASHED = re.compile(
    rf"^(?P<lead>[\s>*_+•-]*)(?P<names>[^:=]*?/[^:=]*?)\s*[:=]\s*(?P<values>{_VALUE}\s*%?(?:\s*/\s*{_VALUE}\s*%?)+)\s*$"
)
_SENTENCE = re.compile(r"[.!?]\s+[A-Z]|\b(?:I|we)\s+\w+|[.!?]\s*$")
_MATRIX = re.compile(r"^\s*\[{1,2}\s*\d+(?:[\s,]+\d+)*\s*\],?\]?\s*$")
FEW = 3
"""More points than this are a curve."""
NEAR = 2
"""Blank lines between two parts of one measurement, at most; a sentence between them parts them."""


@dataclass(frozen=True, slots=True)
class Block:
    """Printed lines that stand together."""

    lines: tuple[tuple[int, str], ...]
    """(number, text). A line that states several values is given once for each."""
    fenced: bool

    @property
    def first(self) -> int:
        return self.lines[0][0]

    @property
    def last(self) -> int:
        return self.lines[-1][0]


def is_printed(text: str) -> bool:
    """Whether a line outside a fence looks like output: a row of a report, a count, a name and its value."""
    if len(text) > 300:
        return False
    if _HEADER.search(text) or (_UNKNOWN.search(text) and len(text.split()) <= 12):
        return not _SENTENCE.search(text) or _UNKNOWN.search(text) is not None
    if not any(character.isdigit() for character in text):
        return False
    if text.count("|") > 1 and not _HEADER.search(text):
        return False
    stated = _STATED.match(text)
    if stated is not None and may_mention(stated["name"]):
        rest = stated["rest"]
        behind = re.sub(r"^[\s*_`]*(?:[(\[][^()\[\]]{0,60}[)\]])?[\s*_`]*", "", rest)
        return bool(_PLAIN_REST.match(rest) or _ALSO.match(behind))
    if _COUNTED.search(text) and _CORRECT.search(text) and not _SENTENCE.search(text):
        return len(text.split()) <= 14
    return bool(_ROW.match(text)) and not _SENTENCE.search(text) and len(text.split()) <= 12


def blocks(lines: Sequence[Line]) -> Iterator[Block]:
    """Printed lines in groups: fences and lines outside them that only blank lines part."""
    held: list[tuple[int, str]] = []
    fenced = False
    blanks = 0
    reports = report_rows(lines)
    for line in lines:
        if line.kind == "fence" or line.kind == "blank":
            blanks += line.kind == "blank"
            continue
        printed = line.number in reports or _is_output(line)
        if not printed and held and line.kind == "text" and _ITEM.match(line.text) and not _PLACE.search(line.text):
            continue  # "- epochs: 50" between two measured values of a list parts nothing
        if printed and (not held or blanks <= NEAR):
            held += _spread(line)
            fenced = fenced or line.kind == "code"
        else:
            if held and _worth(held):
                yield Block(tuple(held), fenced)
            held, fenced = (_spread(line), line.kind == "code") if printed else ([], False)
        blanks = 0
    if held and _worth(held):
        yield Block(tuple(held), fenced)


def report_rows(lines: Sequence[Line]) -> set[int]:
    """Numbers of the lines that are a report: of each class in a table, or as a trainer frames its metrics."""
    found: set[int] = set()
    inside = framed = False
    for line in lines:
        inside = line.kind == "table" and (inside or _REPORT.match(line.text) is not None)
        framed = line.kind in ("text", "table", "heading") and (
            _FRAMED.search(line.text) is not None or (framed and _FRAME_ROW.match(line.text) is not None)
        )
        if inside or framed:
            found.add(line.number)
    return found


def _is_output(line: Line) -> bool:
    if line.kind == "code":
        return not line.code and not _is_prose(line.text)
    if line.kind in ("text", "table"):
        return is_printed(line.text) or bool(_MATRIX.match(line.text))
    return False


def _is_prose(text: str) -> bool:
    """A sentence that came to stand inside a fence whose end was forgotten."""
    words = text.split()
    return len(words) > 12 and sum(word.isalpha() for word in words) > 0.7 * len(words)


def _worth(lines: Sequence[tuple[int, str]]) -> bool:
    return any(may_mention(text) or _CORRECT.search(text) for _, text in lines)


def _spread(line: Line) -> list[tuple[int, str]]:
    """``precision / recall / F1: 0.14 / 0.80 / 0.24`` as three lines with one number."""
    if line.kind == "table":
        return [(line.number, _THOUSANDS.sub("", line.text.replace("*", "")))]
    match = _SLASHED.match(line.text)
    if match is None:
        return [(line.number, line.text)]
    names, values = (re.split(r"\s*/\s*", match[part].strip()) for part in ("names", "values"))
    if len(names) != len(values) or not all(names):
        return [(line.number, line.text)]
    head = " ".join(names[0].split()[:-1])
    spelled = [names[0], *(f"{head} {name}" for name in names[1:])]
    return [(line.number, f"{name}: {value}") for name, value in zip(spelled, values, strict=True)]


@dataclass(frozen=True, slots=True)
class Printed:
    """A result with the lines it stands on, numbered as in the diary."""

    result: ParsedResult
    step: str | None = None
    """What the line itself says it was measured at: ``epoch-50``."""


def read(block: Block) -> tuple[list[Printed], list[tuple[int, str]]]:
    """The results of a block, and lines that look like results and were not understood."""
    if block.fenced:
        return _read(block)
    # In a list of values "Training loss" speaks of the training, and the accuracy beside it does not.
    of_training = tuple(line for line in block.lines if _names_training(line[1]))
    others = tuple(line for line in block.lines if line not in of_training)
    found: list[Printed] = []
    strange: list[tuple[int, str]] = []
    for lines in (others, of_training):
        if lines:
            good, odd = _read(Block(lines, block.fenced))
            found, strange = found + good, strange + odd
    return sorted(found, key=lambda printed: printed.result.line), strange


def _names_training(text: str) -> bool:
    match = _STATED.match(text)
    return match is not None and role_of(words_of(match["name"])) == "train"


def _read(block: Block) -> tuple[list[Printed], list[tuple[int, str]]]:
    text = "\n".join(text for _, text in block.lines)
    reading = parsers.read_text(text, off=("csv", "json", "jsonl"))
    found = [Printed(_placed(result, block)) for result in reading.results if _says_something(result)]
    if not block.fenced:
        found += _lone_points(block, reading)
        found.sort(key=lambda printed: printed.result.line)
    strange = [(block.lines[line.number - 1][0], line.text) for line in reading.not_understood]
    return found, strange


def _says_something(result: ParsedResult) -> bool:
    """An unknown count alone, or a value without its name, measures nothing."""
    return bool(result.metrics or result.per_class or result.counts or (result.tally and result.tally.classes))


def _placed(result: ParsedResult, block: Block) -> ParsedResult:
    first, last = (block.lines[min(number, len(block.lines)) - 1][0] for number in (result.line, result.end_line))
    return replace(result, line=first, end_line=last)


def _lone_points(block: Block, reading: parsers.Reading) -> Iterator[Printed]:
    """``epoch 50 validation IoU: 0.03`` in a list is a result at epoch 50, though it could begin a curve."""
    if all(len(series.points) > FEW for series in reading.series.values()):
        return
    found: dict[tuple[int, str], Printed] = {}
    for number, text in block.lines:
        for series in parsers.read_text(text).series.values():
            step, value = series.points[0]
            whole = reading.series.get(series.tag, series)
            if len(series.points) > 1 or math.isnan(step) or len(whole.points) > FEW:
                continue
            name = series.tag.removeprefix("val_").removeprefix("test_")
            at = f"{series.step_kind}-{step:g}"
            one = found.get((number, at))
            metrics = {**(one.result.metrics if one else {}), name: value}
            digits = {**(one.result.digits if one else {}), name: _decimals(text)}
            role = one.result.role if one and one.result.role != "unclear" else series.role
            result = ParsedResult(metrics, role, number, number, text, "name_value", digits=digits)
            found[number, at] = Printed(result, at)
    yield from found.values()


def _decimals(text: str) -> int:
    match = re.search(rf"({_VALUE})(\s*%)?\W*$", text)
    if match is None:
        return 4
    return len(match[1].replace(",", ".").partition(".")[2]) + (2 if match[2] else 0)
