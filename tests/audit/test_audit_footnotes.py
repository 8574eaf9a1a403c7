"""A footnote without its text is worth a look; a pattern in brackets is none."""

from __future__ import annotations

import pytest

from labjournal.audit import audit_document
from labjournal.importers import read


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Seen before[^a] and again[^b].\n\n[^a]: in a paper", ["[^b]"]),
        ("Seen before[^1].", []),
        ("Twice[^b], twice[^b].\n\n[^a]: x", ["[^b]"]),
        ("Seen[^A].\n\n[^a]: labels know no case", []),
        ("The pattern [^a] has no footnotes around it.", []),
        ("As code `x[^b]`, and\n```\n[^c]\n```\n[^a]: x", []),
        ("[^a]: this one cites another[^z]", ["[^z]"]),
    ],
)
def test_a_footnote_that_is_nowhere_written(text: str, missing: list[str]) -> None:
    items = audit_document(read(f"## 2025-03-01\n{text}\n", "d.md"))
    assert [(item.printed, item.kind, item.weight) for item in items] == [(one, "footnote", "low") for one in missing]
