"""Footnotes that are used and nowhere written."""

from __future__ import annotations

import re

from labjournal.audit.items import Item
from labjournal.importers import Document

_DEFINED = re.compile(r"^ {0,3}\[\^(?P<label>[^\]\s]+)\]:")
_USED = re.compile(r"(?<!\\)\[\^(?P<label>\w[\w-]*)\]")
_CODE = re.compile(r"(`+)(?:(?!\1).)+\1")


def check(document: Document) -> list[Item]:
    """One item for each label without a text.

    None in a text without a single footnote: ``[^a]`` is a pattern there, or their texts are in a part that is not.
    """
    lines = [line for line in document.lines if line.kind in ("text", "heading", "table")]
    defined = {match["label"].casefold() for line in lines if (match := _DEFINED.match(line.text))}
    found: dict[str, Item] = {}
    for line in lines:
        for match in _USED.finditer(_CODE.sub("", _DEFINED.sub("", line.text))):
            label = match["label"]
            if label.casefold() in defined or label in found or not defined:
                continue
            message = f"the footnote [^{label}] is used and nowhere written."
            found[label] = Item(document.path, line.number, "footnote", f"[^{label}]", None, "low", message)
    return list(found.values())
