"""Footnotes of several entries in one file: a label that two of them use is made one's own, so that none is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from labjournal.export.blocks import Block

_DEFINED = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:", re.MULTILINE)
_OWN = 6


def unique(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with footnote labels that occur once in the file; the first to use a label keeps it."""
    used: set[str] = set()
    made = []
    for block in blocks:
        defined = dict.fromkeys(_DEFINED.findall(block.text))
        text = block.text
        for label in defined:
            if label in used:
                text = text.replace(f"[^{label}]", f"[^{label}-{block.id[-_OWN:].lower()}]")
        used.update(defined)
        made.append(block if text == block.text else replace(block, text=text))
    return made
