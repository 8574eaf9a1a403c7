"""UTF-8 that was once read as cp1252 and saved again ("â€”" for a dash): found, and taken back.

Only whole sequences are repaired: a lead byte with exactly its continuation bytes, as cp1252 shows them. Text that was
never damaged holds no such sequence by chance but for rare pairs of capital letters and signs, so a single short
sequence in a text is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNDEFINED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
"""Bytes that cp1252 does not define; Windows passes them through as control characters."""
_CHARACTERS = {
    byte: bytes([byte]).decode("cp1252") if byte not in _UNDEFINED else chr(byte) for byte in range(0x80, 0x100)
}
_BYTES = {ord(character): byte for byte, character in _CHARACTERS.items()}


def _class(low: int, high: int) -> str:
    return "[" + "".join(re.escape(_CHARACTERS[byte]) for byte in range(low, high + 1)) + "]"


_TAIL = _class(0x80, 0xBF)
_SEQUENCE = re.compile(f"{_class(0xC2, 0xDF)}{_TAIL}|{_class(0xE0, 0xEF)}{_TAIL}{{2}}|{_class(0xF0, 0xF4)}{_TAIL}{{3}}")
_ROUNDS = 3
"""Text damaged more often than this has not been seen."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """A text and how many characters were put right in it."""

    text: str
    repaired: int


def repair(text: str) -> Repaired:
    """The text with damaged characters put right; unchanged where there is no clear damage."""
    total = 0
    for _ in range(_ROUNDS):
        if text.isascii():
            break
        fixed, count, clear = _once(text)
        if not clear:
            break
        text, total = fixed, total + count
    return Repaired(text, total)


def damage(text: str) -> str:
    """What a program makes of the text that reads its UTF-8 as cp1252; the inverse of `repair`."""
    return "".join(_CHARACTERS.get(byte, chr(byte)) for byte in text.encode("utf-8"))


def _once(text: str) -> tuple[str, int, bool]:
    """(text, sequences put right, whether the damage is beyond doubt)."""
    pieces: list[str] = []
    at = found = long = 0
    for match in _SEQUENCE.finditer(text):
        raw = bytes(_BYTES[ord(character)] for character in match[0])
        try:
            character = raw.decode("utf-8")
        except UnicodeDecodeError:
            continue
        pieces += [text[at : match.start()], character]
        at, found, long = match.end(), found + 1, long + (len(raw) > 2)
    return "".join([*pieces, text[at:]]), found, long > 0 or found > 1
