"""A person's own words inside a generated file: their markdown is kept, what could break out of its place is not.

Headings go below the heading they stand under, an open code fence is closed, HTML and control characters are shown.
"""

from __future__ import annotations

import re

from labjournal import format as fmt
from labjournal.export.blocks import harmless

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_HEADING = re.compile(r"^( {0,3})(#{1,6})(?=[ \t]|$)")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)\s*$")
_CODE = re.compile(r"(`+)(?:(?!\1).|\n)*?[^`]\1(?!`)|(`+)")
_TAG = re.compile(r"<(?!https?://|mailto:)(?=[A-Za-z/!?])")


def embed(text: str, level: int) -> str:
    """Markdown of a person under a heading of ``level``; no newline at either end."""
    lines: list[str] = []
    fence: str | None = None
    for line in harmless(fmt.visible(text, lines=True)).strip("\n").split("\n"):
        mark = _FENCE.match(line)
        if fence is not None:
            if mark and mark[1][0] == fence[0] and len(mark[1]) >= len(fence) and not mark[2].strip():
                fence = None
            lines.append(line)
        elif mark and not (mark[1][0] == "`" and "`" in mark[2]):
            fence = mark[1]
            lines.append(line)
        else:
            lines.append(_line(line, lines[-1] if lines else "", level))
    if fence is not None:
        lines.append(fence)
    return "\n".join(lines)


def _line(line: str, before: str, level: int) -> str:
    if before.strip() and _UNDERLINE.match(line):
        return f"\\{line.lstrip()}"  # would make a heading of the line before
    heading = _HEADING.match(line)
    if heading:
        depth = min(6, len(heading[2]) + level)
        line = f"{heading[1]}{'#' * depth}{line[heading.end() :]}"
    return _escaped(line)


def _escaped(line: str) -> str:
    """HTML outside of inline code as text."""
    out, at = [], 0
    for code in _CODE.finditer(line):
        out += [_TAG.sub("&lt;", line[at : code.start()]), code.group()]
        at = code.end()
    return "".join([*out, _TAG.sub("&lt;", line[at:])])


def lifted(shown: str, level: int) -> str:
    """The words that `embed` shows so, where it had nothing to take away from them."""
    lines: list[str] = []
    fence: str | None = None
    for line in shown.split("\n"):
        mark = _FENCE.match(line)
        if fence is not None:
            fence = None if mark and mark[1][0] == fence[0] and len(mark[1]) >= len(fence) else fence
        elif mark:
            fence = mark[1]
        else:
            heading = _HEADING.match(line)
            line = line if heading is None else f"{heading[1]}{heading[2][level:]}{line[heading.end() :]}"
            line = line[1:] if line.startswith("\\") and _UNDERLINE.match(line[1:]) else line
            line = line.replace("&lt;", "<")
        lines.append(line)
    return "\n".join(lines)


def fenced(text: str) -> str:
    """The text as a code block that nothing inside it can close."""
    body = harmless(fmt.visible(text, lines=True)).strip("\n")
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{body}\n{fence}"
