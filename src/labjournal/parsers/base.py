"""What all parsers share: prepared lines, a cursor with bounded look-ahead, and the drafts they hand over."""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from labjournal.parsers.context import Context
from labjournal.parsers.log_prefix import body as body
from labjournal.parsers.numbers import Number
from labjournal.parsers.reading import ClassRow, Line, RoleName, StepKind

BLOCK = 1 << 18
LONGEST_LINE = 1 << 20
"""Longer lines are cut: a result is never a megabyte, a gigabyte without a line feed must not fill memory."""
LOOK_AHEAD = 5_000
"""Lines a parser may look ahead; a report of a thousand classes is the longest thing seen."""
LOOK_BACK = 5

_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_]|[()][A-Z0-9])|\x9b[0-?]*[@-~]"
)
_CONTROL = re.compile(r"[\x00-\x07\x0b-\x1a\x1c-\x1f\x7f]")
_BACKSPACES = re.compile(r"\x08+")
_WIDE = str.maketrans(
    {
        "：": ": ",
        "％": "%",
        "，": ", ",
        "\xa0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "（": "(",
        "）": ")",
        "＝": "=",
    }
)
_SHAPE = re.compile(r"[\d.,:%\s#=>█▏▎▍▌▋▊▉━╸╺|?\-+/\\e]+")


@dataclass(slots=True)
class Draft:
    """A measurement while it is being put together."""

    line: Line
    last: int
    text: list[str]
    rule: str
    metrics: dict[str, Number] = field(default_factory=dict)
    per_class: dict[str, ClassRow] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    matrix: list[list[int]] | None = None
    unknown: list[int] | None = None
    correct: tuple[int, int] | None = None
    classes: dict[str, tuple[int, int]] = field(default_factory=dict)
    class_unknown: dict[str, int] = field(default_factory=dict)
    unknown_total: int | None = None
    n: int | None = None
    role: RoleName = "unclear"
    role_above: bool = False
    """The role was taken from the name of the file; what a neighbouring line says itself is better."""
    step: tuple[StepKind, float] | None = None
    under_step: bool = False
    """Belongs to the step named above, when there is one."""
    reaches: bool = False
    """Its step is where the text now stands."""
    tags: dict[str, str] = field(default_factory=dict)
    """Metric name -> tag, where the curve is called otherwise."""
    running: bool = False
    """A value in the middle of a pass (a progress bar, batch 10 of 100): never a result, even alone."""
    headline: bool = False
    """Said to be a final or best value: never a point of a curve."""
    best: bool = False
    """A best value so far: the next one replaces it."""
    dataset: str | None = None
    checkpoint: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    setup: tuple[tuple[str, str], ...] = ()
    """Settings that a line above stated; those that differ between the results of a text become options."""
    also: dict[str, Number] = field(default_factory=dict)
    after_reset: bool = False
    passed: float | None = None
    """The last step named above, training said to be over or not."""
    block: int = 0
    """Counts section marks (rulers, headings); what stands in different blocks is not one measurement."""
    section: int = 0
    path: tuple[tuple[int, str], ...] = ()
    """The headings it stands under, with their levels; of a table first the line above it."""
    leads: tuple[str, ...] = ()
    """The lines straight above the values it stands among that may say whose they are."""
    saved: bool = False
    """From a saved file: never turned into a curve because it repeats."""

    @property
    def empty(self) -> bool:
        return not (self.metrics or self.per_class or self.matrix or self.classes or self.correct)


@dataclass(slots=True)
class Claim:
    """The lines a parser has understood, from the cursor on."""

    lines: int
    drafts: list[Draft] = field(default_factory=list)
    by_neighbours: bool = False
    """The lines around had a say: the same line elsewhere may be read otherwise."""


@dataclass(frozen=True, slots=True)
class Parser:
    """One format. ``read`` gets the cursor at a line and returns a claim, or None when that is not its format."""

    slug: str
    version: int
    means: str
    read: Callable[[Cursor, Context], Claim | None]


class Cursor:
    """The lines from here on, with look-ahead that keeps memory bounded."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._ahead: deque[Line] = deque()
        self._refused: dict[str, int] = {}
        self.position = 0
        self.passed: deque[str] = deque(maxlen=LOOK_BACK)
        """The texts of the lines just before, oldest first."""

    def peek(self, k: int = 0) -> Line | None:
        """The k-th line from here, or None past the end or the look-ahead."""
        if k >= LOOK_AHEAD:
            return None
        while len(self._ahead) <= k:
            line = next(self._lines, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[k]

    def advance(self, count: int) -> None:
        for _ in range(count):
            line = self._ahead.popleft() if self._ahead else next(self._lines, None)
            if line is not None:
                self.passed.append(line.text)
        self.position += count

    def texts(self, count: int) -> list[str]:
        return [self._ahead[k].text for k in range(min(count, len(self._ahead)))]

    def refuse(self, slug: str, lines: int) -> None:
        """The parser need not look again at the next ``lines`` lines: keeps failed look-ahead linear."""
        self._refused[slug] = self.position + lines

    def refused(self, slug: str) -> bool:
        return self._refused.get(slug, -1) > self.position


def read_lines(stream: BinaryIO, encoding: str | None = None, *, torn: bool = True) -> Iterator[Line]:
    """Lines of a byte stream with terminal escapes removed and redrawn states kept where they say something new.

    The encoding is told from the first bytes: byte order marks, UTF-16 without one, else UTF-8 line by line with
    cp1252 for the lines that are not UTF-8. A last line without its end is left out unless ``torn``.
    """
    head = stream.read(BLOCK)
    if encoding is None:
        encoding, skip = _encoding(head)
    else:
        skip = 0
    if encoding.startswith(("utf-16", "utf-32")):
        raw = _recoded(stream, head[skip:], encoding, torn=torn)
    else:
        raw = _raw_lines(stream, head[skip:], skip, old_mac=_old_mac(head), torn=torn)
    for number, (data, offset) in enumerate(raw, 1):
        yield from _states(_decoded(data), number, offset)


def _encoding(head: bytes) -> tuple[str, int]:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return name, len(mark)
    sample = head[:4096]
    if len(sample) >= 8 and sample.count(0) * 3 > len(sample):
        return ("utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"), 0
    return "utf-8", 0


def _old_mac(head: bytes) -> bool:
    """Lines ended by carriage returns alone: no line feed, and what follows them differs in shape."""
    if b"\n" in head or b"\r" not in head:
        return False
    shapes = {_SHAPE.sub("", piece) for piece in _decoded(head).split("\r")[:200]}
    return len(shapes) > 2


def _raw_lines(
    stream: BinaryIO, first: bytes, offset: int, *, old_mac: bool, torn: bool
) -> Iterator[tuple[bytes, int]]:
    ending = b"\r" if old_mac else b"\n"
    rest = bytearray()
    start = offset
    data = first
    skipping = False
    while data:
        pieces = data.split(ending)
        for index, piece in enumerate(pieces):
            offset += len(piece)
            room = LONGEST_LINE - len(rest)
            if not skipping:
                rest += piece[:room]
                skipping = len(piece) > room
            if index < len(pieces) - 1:
                yield bytes(rest), start
                offset += 1
                rest, start, skipping = bytearray(), offset, False
        data = stream.read(BLOCK)
    if rest and torn:
        yield bytes(rest), start


def _recoded(stream: BinaryIO, first: bytes, encoding: str, *, torn: bool) -> Iterator[tuple[bytes, int]]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    width = 2 if "16" in encoding else 4

    class _Utf8:
        def __init__(self) -> None:
            self.pending = first

        def read(self, size: int) -> bytes:
            while True:
                data = self.pending or stream.read(size)
                self.pending = b""
                text = decoder.decode(data, final=not data)
                if text or not data:
                    return text.encode("utf-8", "replace")

    source = _Utf8()
    for data, start in _raw_lines(source, source.read(BLOCK), 0, old_mac=False, torn=torn):  # type: ignore[arg-type]
        yield data, start * width


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _states(text: str, number: int, offset: int) -> Iterator[Line]:
    if "\x1b" in text or "\x9b" in text:
        text = _ESCAPE.sub("", text)
    if "\x08" in text:
        text = _BACKSPACES.sub("\r", text)
    text = text.rstrip("\r")
    if "\r" not in text:
        yield Line(number, _clean(text), offset)
        return
    # A bar drawn again and again differs only in digits and bar characters: the last state of each shape stands.
    last: dict[str, str] = {}
    for state in text.split("\r"):
        if state.strip():
            shape = _SHAPE.sub("", state[:2000])
            last.pop(shape, None)
            last[shape] = state
    states = list(last.values())
    for index, state in enumerate(states):
        yield Line(number, _clean(state), offset, redrawn=index < len(states) - 1)


def _clean(text: str) -> str:
    if text.isascii():
        return _CONTROL.sub("", text) if not text.isprintable() else text
    return _CONTROL.sub("", text).translate(_WIDE)
