"""The outline of a diary: headings as a tree, which of them are days, and which sections are entries.

Three shapes occur: a heading that is a date, with headings under it that say what happened (each of those is an
entry); a heading that has a title and a date (an entry with everything under it); and lines that begin with a date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from labjournal.importers import dated_rows, dates
from labjournal.importers.document import Line

LINE_LEVEL = 9
"""Level of a line that begins with a date: below every heading."""


@dataclass(slots=True)
class Node:
    """A section: its heading and what stands under it."""

    line: int
    level: int
    title: str
    """Without its date."""
    mention: dates.Mention | None = None
    """The date in the heading, or in a ``Date:`` line under it."""
    is_day: bool = False
    """The heading is a date and nothing else."""
    children: list[Node] = field(default_factory=list)
    end: int = 0
    """Number of its last line."""
    month: tuple[int, int] | None = None

    @property
    def own_end(self) -> int:
        """The last line before its first sub-section."""
        return self.children[0].line - 1 if self.children else self.end

    def dated_below(self) -> bool:
        return any(child.mention is not None or child.dated_below() for child in self.children)


@dataclass(frozen=True, slots=True)
class Section:
    """An entry to be: lines ``first`` to ``last``, both included."""

    title: str
    first: int
    last: int
    mention: dates.Mention | None


def outline(lines: Sequence[Line], year: int | None = None, last: date | None = None) -> Node:
    """The tree of sections, its dates settled. ``year`` and ``last`` as in `dates.settle`."""
    root = Node(0, 0, "", end=len(lines))
    stack = [root]
    nodes: list[Node] = []
    list_diary = _is_list_diary(lines)
    rows = {} if list_diary or _is_dated(lines) else _rows(lines)
    for line in lines:
        node = rows.get(line.number) or _node(line, list_diary, stack)
        if node is None:
            _take_label(line, stack)
            continue
        if node.level == LINE_LEVEL and node.is_day and _dates_heading(lines, line, stack[-1]):
            stack[-1].mention = node.mention
            continue
        while stack[-1].level >= node.level:
            stack.pop().end = node.line - 1
        stack[-1].children.append(node)
        stack.append(node)
        nodes.append(node)
    for node in stack:
        node.end = len(lines)
    _by_months(root, None)
    dated = [node for node in (root, *nodes) if node.mention is not None]
    mentions = [node.mention for node in dated if node.mention is not None]
    year = year or _year_of(lines)
    if year is None and all(mention.year is None for mention in mentions):
        mentions = dates.with_year_of(mentions, _full_dates(lines))
    settled = dates.settle(mentions, year, last)
    for node, mention in zip(dated, settled, strict=True):
        node.mention = mention
    return root


def _node(line: Line, list_diary: bool, stack: Sequence[Node]) -> Node | None:
    if line.kind == "heading" and line.level <= 6:
        return _heading(line)
    if dates.labelled(line.text) is not None:
        return None  # dates the section it stands in
    if line.kind == "heading" or (line.kind == "text" and len(line.text) < 60):
        alone = dates.alone(line.title or line.text)
        if alone is not None and (alone.year is not None or list_diary or line.level == 7):
            return Node(line.number, LINE_LEVEL, "", alone, is_day=True)
    if line.kind == "heading":  # a line that is bold as a whole
        begins = dates.leading(line.title)
        if begins is not None and begins[0].year is not None and not dates.says_no_entry(line.title[:60]):
            return Node(line.number, LINE_LEVEL, begins[1], begins[0])
    if line.kind in ("text", "heading") and list_diary:
        leading = dates.leading(line.text)
        if leading is not None and not dates.says_no_entry(line.text[:60]):
            return Node(line.number, LINE_LEVEL, leading[1], leading[0])
    return None


def _dates_heading(lines: Sequence[Line], line: Line, heading: Node) -> bool:
    """Whether a date in a line of its own is that of the heading right above: the only such line of its section."""
    if heading.line == 0 or heading.level == LINE_LEVEL or heading.mention is not None:
        return False
    if any(between.text.strip() for between in lines[heading.line : line.number - 1]):
        return False
    for other in lines[line.number :]:
        if other.kind == "heading" and other.level <= 6:
            break
        if other.kind == "text" and len(other.text) < 60 and dates.alone(other.text) is not None:
            return False
    return True


def _heading(line: Line) -> Node:
    alone = dates.alone(line.title)
    if alone is not None:
        return Node(line.number, line.level, "", alone, is_day=True)
    month = dates.month_of(line.title)
    mention = None if month is not None or dates.says_no_entry(line.title) else _dated(line.title)
    title = line.title if mention is None else line.title[: mention.start] + line.title[mention.end :]
    return Node(line.number, line.level, _bare(title), mention, month=month)


def _dated(title: str) -> dates.Mention | None:
    """The date of a title; one with a year of two digits (``27/4/21 - Ada``) only where it comes first."""
    found = dates.find(title)
    if found is None and (begins := dates.leading(title)) is not None:
        return begins[0]
    return found


def _bare(title: str) -> str:
    """The words of a heading without the brackets and dashes that held its date."""
    title = re.sub(r"[(\[【（]\s*[,，;:–—-]?\s*[)\]】）]", " ", title)
    title = re.sub(r"[,，;:–—-]\s*(?=[)\]】）])|(?<=[(\[【（])\s*[,，;:–—-]\s*", "", title)
    return re.sub(r"\s+", " ", title).strip(" \t-–—:,;|·").strip()


def _take_label(line: Line, stack: Sequence[Node]) -> None:
    """A ``Date:`` line dates the section it stands in, when nothing else does."""
    if line.kind not in ("text", "heading", "matter") or stack[-1].mention is not None or len(line.text) > 100:
        return
    mention = dates.labelled(line.text)
    if mention is not None and not dates.says_no_entry(line.text):
        stack[-1].mention = mention
        stack[-1].is_day = stack[-1].level <= 1  # of the whole text: each of its sections has that date


def _rows(lines: Sequence[Line]) -> dict[int, Node]:
    """Rows of a table that is a diary, by line."""
    return {number: Node(number, LINE_LEVEL, title, mention) for number, title, mention in dated_rows.rows(lines)}


def _is_dated(lines: Sequence[Line]) -> bool:
    """Whether a heading, a ``Date:`` line or a line of its own dates a part of the text."""
    return any(
        (line.kind == "heading" and _dated(line.title) is not None)
        or (line.kind in ("text", "heading", "matter") and dates.labelled(line.text) is not None)
        or (line.kind == "text" and len(line.text) < 60 and dates.alone(line.text) is not None)
        for line in lines
    )


def _is_list_diary(lines: Sequence[Line]) -> bool:
    """No heading is dated, and two lines or more begin with a date."""
    if any(line.kind == "heading" and line.level < 7 and dates.find(line.title) for line in lines):
        return False
    return sum(_leads(line) for line in lines) >= 2


def _leads(line: Line) -> bool:
    return line.kind in ("text", "heading") and not dates.labelled(line.text) and dates.leading(line.text) is not None


def _by_months(node: Node, month: tuple[int, int] | None) -> None:
    """Headings such as ``5`` or ``Day 5`` under a heading that names a month are days of it."""
    month = node.month or month
    for child in node.children:
        if month is not None and child.mention is None:
            day = dates.day_of(child.title)
            if day is not None:
                child.mention, child.is_day, child.title = dates.Mention(month[0], month[1], day, 0, 0), True, ""
        _by_months(child, month)


def _full_dates(lines: Sequence[Line]) -> list[dates.Mention]:
    """Dates with their year that stand in sentences: one near a day without one says which year it was."""
    found = (dates.find(line.text) for line in lines if line.kind == "text" and len(line.text) < 2_000)
    return [mention for mention in found if mention is not None and mention.year is not None]


_SPAN = re.compile(
    r"[\s*_>#-]*(?:period|duration|dates|timeline|time\s?frame|zeitraum|période|periodo|期间|期間)\s*[*_]*\s*[:：]"
    r".*?\b((?:19|20)\d\d)\b",
    re.IGNORECASE,
)


def _year_of(lines: Sequence[Line]) -> int | None:
    """A year that the front matter or a heading of its own states before the first day."""
    for line in lines[:200]:
        found = None
        if line.kind == "matter":
            found = re.match(r"\s*(?:date|year|created)\s*:\s*['\"]?((?:19|20)\d\d)\b", line.text)
        elif line.kind == "text" and len(line.text) < 120:
            found = _SPAN.match(line.text)
        elif line.kind == "heading":
            found = re.match(r"(?:.*\D)?((?:19|20)\d\d)\s*$", line.title)
        if found is not None:
            return int(found[1])
    return None


def sections(root: Node) -> list[Section]:
    """The entries, in the order of the text. Every line of the text is in exactly one of them, or in none if blank."""
    found: list[Section] = []
    _collect(root, None, found)
    return found


def _collect(node: Node, inherited: dates.Mention | None, found: list[Section]) -> None:
    mention = node.mention or inherited
    opened = node.line == 0 or node.is_day or node.dated_below() or (node.mention is None and _holds_chapters(node))
    if not opened:
        found.append(Section(node.title, node.line, node.end, mention))
        return
    first = max(node.line, 1)
    if node.own_end >= first:
        found.append(Section(node.title, first, node.own_end, mention))
    for child in node.children:
        # What stands under a day belongs to it; under a title with a date of its own it need not.
        _collect(child, mention if node.is_day else inherited, found)


def _holds_chapters(node: Node) -> bool:
    """The title of the whole text, with the real sections under it."""
    return node.level == 1 and len(node.children) > 1
