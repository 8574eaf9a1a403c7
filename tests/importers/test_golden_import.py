"""One diary in mixed styles, as exact JSON; and what must hold for every text."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labjournal import schemas
from labjournal.audit import audit_document
from labjournal.importers import read

GOLDEN = Path(__file__).parent / "golden"


def test_the_reading_is_exactly_this() -> None:
    document = read((GOLDEN / "diary.md").read_text(encoding="utf-8"), "diary.md")
    assert document.to_json() == json.loads((GOLDEN / "diary.json").read_text(encoding="utf-8"))


def test_the_audit_is_exactly_this() -> None:
    document = read((GOLDEN / "diary.md").read_text(encoding="utf-8"), "diary.md")
    items = [item.to_json() for item in audit_document(document)]
    assert items == json.loads((GOLDEN / "audit.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["import", "audit"])
def test_the_golden_files_keep_to_their_schemas(name: str) -> None:
    file = {"import": "diary.json", "audit": "audit.json"}[name]
    jsonschema.validate(json.loads((GOLDEN / file).read_text(encoding="utf-8")), schemas.load(name))


PIECES = (
    *("# ", "## 2024-06-04", "### ", "```", "```python", "~~~", "| a | b |", "|---|---|", "| 0.91 | x |", "**", "---"),
    *("Checkpoint-500", "1:10 dataset", "Validation Accuracy: 0.9", "precision recall f1-score support", "<!--", "-->"),
    *("signal 0.5 0.5 0.5 10", "accuracy 0.5 20", "macro avg 0.5 0.5 0.5 20", "63 out of 94", "- ", "> ", "\u2014"),
    *("Number of correct signal predictions: 63 out of 94", "准确率 82%", "slightly better accuracy", "SIC: nan"),
    *("Date: 2024-01-01", "\x00", "\x1b[31m", "\r", "Mar. 3rd", "\u2028", "\x85", "2024-13-45", "99/99/2024"),
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=30)), max_size=40),
    st.sampled_from(["\n", " ", "\n\n"]),
)
def test_no_text_breaks_reading_or_audit(pieces: list[str], glue: str) -> None:
    document = read(glue.join(pieces), "d.md")
    json.dumps(document.to_json())
    for item in audit_document(document):
        assert item.weight in ("high", "medium", "low")


@pytest.mark.timeout(60)  # a hang, not a speed
@pytest.mark.parametrize(
    "line",
    [
        "a" * 3000,
        "| " * 1500,
        "**" * 1500,
        "checkpoint " * 300,
        "1:" * 1500,
        "with numeric " * 250,
        "on the the the " * 200,
        "(" * 3000,
        "ran on " * 400,
        "0.5 / " * 500,
        "all results " * 250,
        "Accuracy: 0.9 " * 200,
        "2024-01-01 " * 300,
        "slightly better " * 200,
        "Ã©" * 1500,
    ],
)
def test_a_hostile_line_ends(line: str) -> None:
    text = "\n".join(["## 2024-06-04", line, f"## {line}", f"**{line}**", f"- {line}", "```", line, "```"])
    audit_document(read(text, "d.md"))
