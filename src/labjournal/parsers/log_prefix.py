"""What a logging library writes before a line: time, level, logger."""

from __future__ import annotations

import re
from functools import lru_cache

_LOG_PREFIX = re.compile(
    r"""\s*(?:
        (?:\[\d{4}-\d\d-\d\d\ \d\d:\d\d:\d\d\ [\w.+-]+\]
          |(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\ (?:\d\d?\ [A-Z][a-z]{2}\ \d{4}\ \d\d:\d\d:\d\d
             |[A-Z][a-z]{2}\ \ ?\d\d?\ \d\d:\d\d:\d\d\ (?:[A-Z]{3,4}\ )?\d{4})
          |\[?\d{2,4}[-/.]\d\d?[-/.]\d{2,4}[ T_]\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?\]?
          |\([\w./-]+\.py[ :]\d+\)
          |\[\d\d/\d\d\ \d\d:\d\d:\d\d(?:\ [\w.]+)?\]:?
          |\d\d/\d\d\ \d\d:\d\d:\d\d(?=\s)
          |(?:[Tt]ime|[Dd]ate|TIME|DATE)\s?[:=]\s*\d{4}[-/.]?\d\d[-/.]?\d\d
             (?:[\ T_@-]\d\d:?\d\d(?::?\d\d(?:[.,]\d+)?)?)?(?=\s)
          |\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?
          |[IWEF]\d{4}\ \d\d:\d\d:\d\d\.\d+\s+\d+\s+[\w./-]+:\d+\]
          |\[?(?:INFO|DEBUG|WARNING|WARN|ERROR|CRITICAL|info|Info)\]?(?::[\w.]*:?)?(?=[\s:\]|>-])
          |\[?rank\s?\d+\]?:
          |wandb:(?=\s)
          |\(\w+(?:\s\w+)*\spid=\d+(?:,\s?ip=[\d.]+)?\)
          |__main__\b|\[__main__\]
          |[\w.-]*\w[.-][\w.-]+(?=\s+(?:INFO|DEBUG|WARNING|ERROR)\b)
          |[A-Za-z_]\w*(?=\s+(?:INFO|DEBUG|WARNING|ERROR):)
          |(?:root|[A-Za-z_]\w*(?:\.\w+)+|[\w.]+(?=\s-\s(?:INFO|DEBUG|WARNING|ERROR)\b))(?=\s[-|:\]])
        )[\s:|>\-–—]*
    )+""",
    re.VERBOSE,
)

_BREAK = re.compile(r"(?:\s*<br\s*/?>)+\s*$", re.IGNORECASE)
_HTML_HEADING = re.compile(r"\s*<h(?P<level>[1-6])\b[^<>]*>\s*(?P<title>[^<>]+?)\s*</h[1-6]>\s*", re.IGNORECASE)


def _as_markdown(heading: re.Match[str]) -> str:
    return f"{'#' * int(heading['level'])} {heading['title']}"


@lru_cache(maxsize=256)
def body(text: str) -> str:
    """The line without the time, level and logger name that a logging library puts before it."""
    if not text:
        return text
    head = text.lstrip()[:1]
    if head == "<" or text.rstrip().endswith(">"):
        text = _HTML_HEADING.sub(_as_markdown, _BREAK.sub("", text))
    if head.isdigit() or head in "[(IWEFDC_rMTS" or head.islower():
        match = _LOG_PREFIX.match(text)
        if match is not None and match.end() < len(text):
            return text[match.end() :]
    return text
