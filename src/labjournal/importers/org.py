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
_TO_ORG = re.compile(
    r"\s*#\+(?:options|startup|language|select_tags|exclude_tags|creator|property|author|email|filetags|setupfile|include"
    r"|bibliography|name|results|tblfm|attr_\w+|latex\w*|html\w*)\b.*:",
    re.IGNORECASE,
)
"""Lines that tell org how to treat the file, and nobody anything."""
_DRAWER = re.compile(r"\s*:(?:properties|logbook):\s*$", re.IGNORECASE)
_DRAWER_END = re.compile(r"\s*:end:\s*$", re.IGNORECASE)
_LINK = re.compile(r"\[\[(?P<where>[^\]\[]+)\](?:\[(?P<words>[^\]\[]+)\])?\]")


def as_markdown(text: str) -> str:
    """The same lines in markdown; those that only org reads are empty."""
    made, drawer, block = [], False, False
    for line in text.split("\n"):
        if block and not _END.match(line):
            made.append(line)
            continue
        block = _BEGIN.match(line) is not None
        drawer = drawer or _DRAWER.match(line) is not None
        made.append("" if drawer or _TO_ORG.match(line) else _line(line))
        drawer = drawer and not _DRAWER_END.match(line)
    return "\n".join(made)


def _linked(found: re.Match[str]) -> str:
    where = found["where"].removeprefix("file:")
    return f"[{found['words'] or where}]({where})"


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
    return _LINK.sub(_linked, _STAMP.sub(lambda found: found[1] + (found[2] or ""), _OUTPUT.sub("", line)))
