"""A markdown text as lines that know what they are: heading, code, table, text. Linear in the length of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from labjournal.importers import dates

Kind = Literal["heading", "fence", "code", "table", "text", "blank", "comment", "matter"]
LONGEST = 4_000
"""Characters of a line that are looked at; longer ones are data, not a diary."""

_ATX = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+|(?=[^\s#]))(.*?)(?:[ \t]+#+)?[ \t]*$")
_FENCE = re.compile(r"^(?:[ \t]*>)*[ \t]*(?:[-*+] +)?(`{3,}|~{3,})[ \t]*([\w+.#-]*)[^`]*$")
_SETEXT = re.compile(r"^ {0,3}(=+|-{3,})[ \t]*$")
_BOLD = re.compile(r"^\s*(?:\*\*|__)([^*_][^*]*?)(?:\*\*|__)\s*:?\s*$")
_TABLE_RULE = re.compile(r"^[\s>]*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*$|^[\s>]*\|\s*:?-+:?\s*\|\s*$")
_FRAMED = re.compile(r"^\s*\|(?:[^|]*\|){2,}\s*$")
_CODE_LANGUAGES = frozenset(
    """python py bash sh shell zsh console powershell ps1 cmd bat json yaml yml toml ini c cpp c++ rust go java js
    javascript ts typescript html css sql diff patch latex tex r julia matlab makefile dockerfile mermaid xml""".split()
)
_STARTS_LIST = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the text."""

    number: int
    """Counted from 1."""
    text: str
    kind: Kind
    level: int = 0
    """Of a heading: 1 to 6; 7 for a line that is bold as a whole."""
    title: str = ""
    """Of a heading: its words."""
    code: bool = False
    """In a fence that says it holds program text: no result is read there."""


def scan(text: str) -> list[Line]:
    """All lines of a text. Nothing is dropped, and every input is some document."""
    rows = [row[:LONGEST] for row in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return list(_lines(rows))


def _lines(rows: list[str]) -> Iterator[Line]:
    matter = _matter_end(rows)
    fence: str | None = None
    program = comment = False
    tables = _table_rows(rows)
    titles = _numbered_titles(rows)
    for index, row in enumerate(rows):
        number = index + 1
        if index < matter:
            yield Line(number, row, "matter")
            continue
        mark = _FENCE.match(row)
        if fence is not None:
            if _reopened(row, mark) or (mark is None and _escaped(row)):
                fence = None  # its end was forgotten: a new fence or a dated heading cannot stand inside one
            elif mark is not None and mark[1][0] == fence[0] and len(mark[1]) >= len(fence):
                fence = None
                yield Line(number, row, "fence")
                continue
            else:
                yield Line(number, row, "code", code=program)
                continue
        if mark is not None and not comment:
            language = mark[2].lower()
            fence, program = mark[1], language in _CODE_LANGUAGES
            program = program and not (language in _SHELLS and _is_output(rows, index + 1, mark[1]))
            yield Line(number, row, "fence")
            continue
        comment_here = comment or row.lstrip().startswith("<!--")
        if comment_here:
            comment = "-->" not in row
            yield Line(number, row, "comment")
            continue
        if index in titles:
            yield Line(number, row, "heading", 2, row.strip().rstrip(":："))
            continue
        yield _plain(number, row, rows[index + 1] if index + 1 < len(rows) else "", index in tables)


_SHELLS = frozenset(("bash", "sh", "shell", "zsh", "console", "shell-session", "terminal", "powershell", "cmd"))
_COMMAND = re.compile(
    r"\s*(?:[$%>#]\s|PS\s\S*>|[A-Z_]{3,}=\S|(?:sudo|python3?|pip3?|conda|uv|cd|export|source|git|bash|sh|torchrun|accelerate"
    r"|deepspeed|wget|curl|mkdir|rm|cp|mv|cat|echo|ls|for|if|while|srun|sbatch|docker|make|npm|node|nohup|ssh|tar|apt\S*"
    r"|\./\S+)\s|\S+\s+--?\w)|.*\\$"
)


def _is_output(rows: list[str], first: int, fence: str) -> bool:
    """Whether a fence that says it is of a shell holds what was printed there, and no command."""
    shown = []
    for row in rows[first:]:
        mark = _FENCE.match(row)
        if mark is not None and mark[1][0] == fence[0] and len(mark[1]) >= len(fence):
            break
        shown.append(row)
    return any(row.strip() for row in shown) and not any(_COMMAND.match(row) for row in shown)


_NUMBERED = re.compile(
    r"(?:exp|experiment|run|trial|attempt|test|try|versuch|essai|实验|実験)\s*[#№_-]?\s*\d+\s*(?:[:：.(–—-].{0,60})?$",
    re.IGNORECASE,
)


def _numbered_titles(rows: list[str]) -> frozenset[int]:
    """Lines such as ``exp 3:`` at the margin of a text that has no headings: they are its headings."""
    if any(_ATX.match(row) for row in rows):
        return frozenset()
    found = [index for index, row in enumerate(rows) if len(row) < 90 and _NUMBERED.match(row)]
    return frozenset(found if len(found) > 1 else ())


def _plain(number: int, row: str, below: str, in_table: bool) -> Line:
    if not row.strip():
        return Line(number, row, "blank")
    if in_table:
        return Line(number, row, "table")
    atx = _ATX.match(row)
    if atx is not None and not (len(atx[1]) == 1 and row.lstrip()[1:2] not in (" ", "\t")):
        return Line(number, row, "heading", len(atx[1]), atx[2].strip())
    under = _SETEXT.match(below)
    if under is not None and len(row) < 120 and not _STARTS_LIST.match(row) and not _SETEXT.match(row):
        return Line(number, row, "heading", 1 if under[1][0] == "=" else 2, row.strip())
    bold = _BOLD.match(row)
    if bold is not None and len(bold[1]) < 120:
        return Line(number, row, "heading", 7, bold[1].strip().rstrip(":"))
    return Line(number, row, "text")


def _reopened(row: str, mark: re.Match[str] | None) -> bool:
    return mark is not None and bool(mark[2]) and mark[2].lower() in _CODE_LANGUAGES | {"text", "txt", "log", "output"}


def _escaped(row: str) -> bool:
    atx = _ATX.match(row)
    return atx is not None and len(atx[1]) > 1 and dates.find(atx[2]) is not None


def _matter_end(rows: list[str]) -> int:
    """Lines of a YAML front matter, its two rulers included; 0 when there is none."""
    if not rows or rows[0].strip() != "---":
        return 0
    for index, row in enumerate(rows[1:60], 1):
        if row.strip() in ("---", "..."):
            return index + 1
        if row.strip() and not re.match(r"\s*(?:[\w-]+\s*:|-|#)", row):
            return 0
    return 0


def _table_rows(rows: list[str]) -> set[int]:
    """Indices of the lines of markdown tables: a header, the rule under it, and rows with bars.

    Three lines framed in bars are one as well: people forget the rule, and the table still holds numbers.
    """
    found: set[int] = set()
    for index, row in enumerate(rows):
        if index == 0 or "-" not in row or "|" not in row or not _TABLE_RULE.match(row) or "|" not in rows[index - 1]:
            continue
        found |= {index - 1, index}
        below = index + 1
        while below < len(rows) and "|" in rows[below] and below not in found:
            found.add(below)
            below += 1
    framed: list[int] = []
    for index, row in enumerate([*rows, ""]):
        if _FRAMED.match(row):
            framed.append(index)
            continue
        if len(framed) > 2:
            found.update(framed)
        framed = framed if not row.strip() and framed and index < len(rows) and framed[-1] == index - 1 else []
    return found
