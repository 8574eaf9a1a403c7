"""Tables of NIST sclite: rates of words or characters in percent, of which the row ``Sum/Avg`` is the result."""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, Parser
from labjournal.parsers.context import Context
from labjournal.parsers.numbers import Number, decimals

_HEADER = re.compile(r"\|[^|]*\|\s*# Snt\s+# (?:Wrd|Chr)\s*\|\s*Corr\s+Sub\s+Del\s+Ins\s+Err\s+S\.Err\s*\|")
_SUM = re.compile(r"\|\s*Sum/Avg\s*\|\s*(?P<n>\d+)\s+\d+\s*\|(?P<rates>(?:\s*[\d.]+){6})\s*\|")
_KIND = re.compile(r"\b[WCT]ER\b")
"""Whose errors they are, in the line that says where the table was written."""
_NAMES = ("corr", "sub", "del", "ins", "err", "s_err")
MOST_ROWS = 2_000


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None or "# Snt" not in line.text or _HEADER.search(line.text) is None:
        return None
    for below in range(1, MOST_ROWS):
        ahead = cursor.peek(below)
        if ahead is None:
            return None
        found = _SUM.search(ahead.text)
        if found is not None:
            rates = {
                name: Number(float(rate), decimals(rate))
                for name, rate in zip(_NAMES, found["rates"].split(), strict=True)
            }
            kind = _KIND.search(cursor.passed[-1]) if cursor.passed else None
            if kind is not None:
                rates = {kind[0].lower() if name == "err" else name: rate for name, rate in rates.items()}
            texts = [line.text, ahead.text]
            draft = Draft(ahead, ahead.number, texts, "sclite", rates, n=int(found["n"]), headline=True)
            return Claim(below + 1, [draft])
        if "|" not in ahead.text and not ahead.text.lstrip().startswith(("`", ",")):
            return None
    return None


PARSER = Parser("sclite", 1, "tables of NIST sclite: the rates of the row Sum/Avg, in percent", _read)
