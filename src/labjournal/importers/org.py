"""Org files as markdown, line for line: stars are headings, time stamps dates, blocks of source or output fences."""

from __future__ import annotations

import re

_HEADING = re.compile(r"^(\*{1,6})(?=\s)")
_STAMP = re.compile(r"[<\[](\d{4}-\d\d-\d\d)(?: [^\W\d]+\.?)?( \d\d?:\d\d)?(?:-\d\d?:\d\d)?[^>\]]*[>\]]")
_BEGIN = re.compile(r"^\s*#\+begin_(?:src\s*(?P<language>\S*)|example|quote|results)\b.*$", re.IGNORECASE)
_END = re.compile(r"^\s*#\+end_(?:src|example|quote|results)\b.*$", re.IGNORECASE)
_STATE = re.compile(r"^(#{1,6} )(?:TODO|DONE|NEXT|WAITING) ")
_OUTPUT = re.compile(r"^\s*: ?")
"""How org marks a line of output."""
_RULE = re.compile(r"^\s*\|[-+]+\|\s*$")


def as_markdown(text: str) -> str:
    """The same lines in markdown; nothing is dropped."""
    return "\n".join(map(_line, text.split("\n")))


def _line(line: str) -> str:
    begin = _BEGIN.match(line)
    if begin is not None:
        return f"```{begin['language'] or ''}"
    if _END.match(line):
        return "```"
    if _RULE.match(line):
        return line.replace("+", "|")
    heading = _HEADING.match(line)
    if heading is not None:
        line = "#" * len(heading[1]) + line[heading.end() :]
        line = _STATE.sub(r"\1", line)
    return _STAMP.sub(lambda found: found[1] + (found[2] or ""), _OUTPUT.sub("", line))
