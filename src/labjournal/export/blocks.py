"""Generated blocks in a file that people may write in: found, checked for edits, replaced, never lost.

A block stands between ``<!-- labjournal:begin ID HASH -->`` and ``<!-- labjournal:end ID -->``; HASH is the first 16
hex digits of the SHA-256 of everything between the two comments. Text outside blocks belongs to people and is kept
byte for byte. A block whose text no longer has its hash was edited, and then the file is left alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

_BEGIN = re.compile(r"^<!-- labjournal:begin (?P<id>\S+) (?P<hash>\S+) -->", re.MULTILINE)
OUTSIDE = "outside:"
"""What an entry is about that people wrote between the blocks of a file: it stands there, and gets no block."""
_MARKS = re.compile(r"<!-- labjournal:begin \S+ \S+ -->\n?|\n?<!-- labjournal:end \S+ -->")
_ANY_MARK = re.compile(r"<!--(?=\s*labjournal:)")


@dataclass(frozen=True, slots=True)
class Block:
    """What is generated for one thing that happened."""

    id: str
    text: str
    """Markdown without the comments, no newline at either end."""

    def __str__(self) -> str:
        inside = f"\n{self.text}\n"
        return f"<!-- labjournal:begin {self.id} {digest(inside)} -->{inside}<!-- labjournal:end {self.id} -->"


@dataclass(frozen=True, slots=True)
class Found:
    """A block as it stands in a file."""

    id: str
    text: str
    """With its comments."""
    edited: bool

    @property
    def inside(self) -> str:
        """Without them."""
        return _MARKS.sub("", self.text)


def digest(inside: str) -> str:
    """Hash of the text between the comments; line ends do not count, editors change them unasked."""
    return hashlib.sha256(inside.replace("\r\n", "\n").encode("utf-8", "surrogatepass")).hexdigest()[:16]


def harmless(text: str) -> str:
    """The text without anything that reads as a comment of ours."""
    return _ANY_MARK.sub("<! --", text)


def parse(text: str) -> list[str | Found]:
    """Text of people and blocks, in order; joined again they are the file. A block without an end counts as edited."""
    parts: list[str | Found] = []
    at = 0
    while begin := _BEGIN.search(text, at):
        end_mark = f"<!-- labjournal:end {begin['id']} -->"
        end = text.find(end_mark, begin.end())
        another = _BEGIN.search(text, begin.end())
        if begin.start() > at:
            parts.append(text[at : begin.start()])
        whole = end >= 0 and not (another and another.start() < end)
        stop = end + len(end_mark) if whole else another.start() if another else len(text)
        edited = not whole or digest(text[begin.end() : end]) != begin["hash"]
        parts.append(Found(begin["id"], text[begin.start() : stop], edited))
        at = stop
    return [*parts, text[at:]] if at < len(text) else parts


def append(parts: Sequence[str | Found], blocks: Sequence[Block]) -> str:
    """A person's own file with its blocks brought up to date: new ones at its end, all other bytes as they are."""
    wanted = {block.id: str(block) for block in blocks}
    out: list[str] = []
    for part in parts:
        if isinstance(part, str) or part.id not in wanted:
            out.append(part if isinstance(part, str) else part.text)
            continue
        text = wanted.pop(part.id)
        out.append(part.text if part.text.replace("\r\n", "\n") == text else text)
    text = "".join(out)
    if not wanted:
        return text
    gap = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
    return f"{text}{gap}{chr(10).join(f'{block}{chr(10)}' for block in wanted.values())}"


def merge(parts: Sequence[str | Found], blocks: Sequence[Block], ours: Collection[str]) -> str:
    """The file with its blocks brought up to date: known ones replaced in place, new ones put where they belong.

    A block that is wanted no more goes only when its id is among ``ours``, those that this journal put there: any
    other is of a colleague's journal, or of one that was lost.
    """
    there = {part.id for part in parts if isinstance(part, Found)}
    following: dict[str | None, list[Block]] = {}
    anchor: str | None = None
    for block in blocks:
        if block.id in there:
            anchor = block.id
        else:
            following.setdefault(anchor, []).append(block)
    wanted = {block.id: block for block in blocks}
    out: list[str] = []
    first = following.pop(None, [])
    for part in parts:
        if isinstance(part, str):
            out.append(part)
            continue
        if first:
            out.append("".join(f"{block}\n\n" for block in first))
            first = []
        if part.id in wanted:
            out.append("\n\n".join(map(str, [wanted.pop(part.id), *following.get(part.id, [])])))
        elif part.id not in ours:
            out.append(part.text)
    text = "".join(out)
    if first:
        text = (f"{text.rstrip()}\n\n" if text.strip() else "") + "\n\n".join(map(str, first))
    return text.rstrip("\n") + "\n"
