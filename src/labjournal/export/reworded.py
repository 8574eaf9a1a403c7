"""Words of a person that were changed in the block of their entry: told from a block that was altered otherwise."""

from __future__ import annotations

import difflib
import re

from labjournal.export.carried import BEGIN
from labjournal.export.prose import embed
from labjournal.model import Entry

_FORMER = re.compile(r"^> Wording until \d{4}-\d\d-\d\d \d\d:\d\d:$", re.MULTILINE)


def new_words(inside: str, wanted: str, entry: Entry) -> str | None:
    """The words that stand in a block now, if nothing but they was changed; they may be those the journal holds.

    Args:
        inside: of the block as it stands in a file.
        wanted: the same as the journal would write it now. Where the entry was amended the file may be older: earlier
            wordings and the facts of both are not compared.
        entry: whose block it is.
    """
    if entry.automatic:
        return None
    if entry.amended:
        inside, wanted = _visible(inside), _visible(wanted)
    shown = embed(entry.text, level=2)
    at = wanted.find(f"\n{shown}")
    if at < 0:
        return None
    head, tail = wanted[: at + 1], wanted[at + 1 + len(shown) :]
    if not (inside.startswith(head) and inside.endswith(tail)) or len(inside) < len(head) + len(tail):
        return None
    new = inside[len(head) : len(inside) - len(tail)]
    return _unembedded(entry.text, shown, new) if new.strip() else None


def _visible(text: str) -> str:
    """A block without its facts and the earlier wordings above them."""
    text = text.partition(f"\n{BEGIN}")[0]
    former = list(_FORMER.finditer(text))
    return text[: former[0].start()].rstrip("\n") if former else text.rstrip("\n")


def _unembedded(text: str, shown: str, new: str) -> str:
    """The new words in the person's own markdown: lines that were not touched as they were written, not as shown."""
    written, printed, changed = text.strip("\n").split("\n"), shown.split("\n"), new.split("\n")
    if len(written) != len(printed):
        return new
    lines: list[str] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, printed, changed, autojunk=False).get_opcodes():
        lines += written[a:b] if tag == "equal" else changed[c:d]
    return "\n".join(lines)
