"""Strangers' text made harmless, measured in terminal cells and cut; small words around counts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from labjournal.format.numbers import count, missing


def commit(full: str | None, dirty: bool = False) -> str:
    """Six characters, ``*`` when the tree held changes."""
    return missing() if not full else full[:6] + ("*" if dirty else "")


def setting(value: object) -> str:
    """A setting as text: floats without noise, containers as JSON-like text, everything visible."""
    if value is None:
        return "None"
    if isinstance(value, float):
        return re.sub(r"e([+-])0*(\d)", lambda m: f"e{m[1].replace('+', '')}{m[2]}", f"{value:.12g}")
    return visible(str(value))


def plural(n: int, one: str, many: str | None = None) -> str:
    """``1 row``, ``1,200 rows``."""
    return f"{count(n)} {one if n == 1 else many or one + 's'}"


def listed(items: Iterable[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    parts = list(items)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


# Controls (tab and newline are treated apart), lone surrogates, and every sign that reorders or hides text except
# the two joiners, without which emoji and several scripts fall apart.
_HOSTILE = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str, lines: bool = False) -> str:
    """The text with every control character as a visible sign (ESC as ``␛``), so that it is shown, not obeyed.

    ``lines`` keeps newlines and tabs; otherwise a newline becomes ``␊`` and a tab a space.
    """
    if text.isascii() and text.isprintable():  # the usual case, without a look at every sign
        return text
    if lines:
        text = text.replace("\r\n", "\n")
    shown = re.sub(_HOSTILE, _sign, text)
    return shown if lines else shown.replace("\n", "␊").replace("\t", " ")


def _sign(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


# An underscore inside a word is no markup in GitHub's dialect, and rule names are full of them.
# An interval in brackets is no link, and stays readable in the source.
_MARKUP = re.compile(
    r"(?P<interval>\[[+\u2212]?[\d.,]+ [+\u2212]?[\d.,]+\](?![(\[:]))|([\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_]))"
)
_START = re.compile(r"^(\s*)([#+-]|\d+[.)])(?=\s|$)|^(\s*)(>)")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ANY_MARKUP = re.compile(r"[\\`*_\[\]|~$&<>]")
_MAY_START = frozenset("#+-0123456789 ")


@lru_cache(maxsize=4096)  # labels, names and short numbers come again in every table of a diary
def markdown(text: str) -> str:
    """One line of text for GitHub's markdown, table cells included: all of it is shown, none of it is markup."""
    plain = text.isascii() and text.isprintable() and _ANY_MARKUP.search(text) is None
    if plain and text[:1] not in _MAY_START:  # the usual case
        return text
    shown = _TAG.sub("&lt;", _ENTITY.sub("&amp;", visible(text)))
    shown = _MARKUP.sub(_escape, shown)
    return _START.sub(_escape_start, shown)


def _escape(match: re.Match[str]) -> str:
    return match[0] if match["interval"] else f"\\{match[0]}"


def _escape_start(match: re.Match[str]) -> str:
    space, mark = match[1] or match[3] or "", match[2] or match[4]
    return f"{space}{mark[:-1]}\\{mark[-1]}"


def html(text: str) -> str:
    """One line of text for HTML."""
    shown = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return shown.replace('"', "&quot;").replace("'", "&#39;")


def cells(text: str) -> int:
    """Width of one line in terminal cells; wide characters count two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_cell(sign) for sign in text)


def _cell(sign: str) -> int:
    if unicodedata.combining(sign) or unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in ("W", "F") else 1


def cut(text: str, width: int) -> str:
    """Prose: its start, at most ``width`` cells, ``…`` where something was left out."""
    if cells(text) <= width:
        return text
    return _prefix(text, width - 1) + "…" if width > 0 else ""


def cut_middle(text: str, width: int) -> str:
    """A name: its start and end, ``…`` between."""
    if cells(text) <= width:
        return text
    if width < 3:
        return cut(text, width)
    tail = _prefix(text[::-1], (width - 1) // 2)[::-1]
    return _prefix(text, width - 1 - cells(tail)) + "…" + tail


def _prefix(text: str, width: int) -> str:
    taken = 0
    for at, sign in enumerate(text):
        taken += _cell(sign)
        if taken > width:
            return text[:at]
    return text


def wrap(text: str, width: int, indent: str = "", hanging: str | None = None) -> list[str]:
    """Prose as lines of at most ``width`` cells, broken at spaces; a word that is longer is broken where it must be.

    ``hanging`` is the indent of all lines but the first; by default the same.
    """
    hanging = indent if hanging is None else hanging
    lines: list[str] = []
    line = indent
    for word in text.split():
        start = hanging if lines else indent
        if line != start and cells(line) + 1 + cells(word) > width:
            lines.append(line)
            line = start = hanging
        line += word if line == start else f" {word}"
        while cells(line) > width:
            head = _prefix(line, width)
            if cells(head) <= cells(start):  # too narrow for even one sign: let it stand out
                break
            lines.append(head)
            line = hanging + line[len(head) :]
    return [*lines, line] if line.strip() or not lines else lines


def pad(text: str, width: int, right: bool = False) -> str:
    """The text with spaces up to ``width`` cells; ``right`` aligns it to the right."""
    if text.isascii():
        return text.rjust(width) if right else text.ljust(width)
    space = " " * max(0, width - cells(text))
    return space + text if right else text + space
