"""The jets comparison and one day of its diary, byte for byte. ``GOLDEN=write`` writes the files anew."""

from __future__ import annotations

import os
from datetime import UTC
from pathlib import Path

import pytest

from folded import Folded, jets
from labjournal.compare import Selection, build_table
from labjournal.config import Config, ResultsConfig
from labjournal.export import FORMATS, Format, Style
from labjournal.export.diary_markdown import export

GOLDEN = Path(__file__).parent / "golden"
CONFIG = Config(results=ResultsConfig(signal="signal"))


def agrees(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        path.write_bytes(text.encode())
    assert path.read_bytes() == text.encode()


@pytest.mark.parametrize("form", FORMATS, ids=[form.name for form in FORMATS])
def test_the_jets_comparison_is_written_as_before(form: Format) -> None:
    every = form.name in ("csv", "json")
    table = build_table(jets().store, Selection(every_metric=every), CONFIG)
    agrees(f"jets.{form.name}", form.render(table, Style(zone=UTC)))


def test_the_full_text_holds_counts_code_and_result_ids() -> None:
    table = build_table(jets().store, Selection(), CONFIG)
    agrees("jets-full.text", FORMATS[0].render(table, Style(full=True, zone=UTC)))


def day(journal: Folded, tmp_path: Path) -> str:
    done = export(journal.store, CONFIG, tmp_path / "entries", tmp_path, zone=UTC)
    return done.written[0].read_text(encoding="utf-8")


def test_a_day_of_the_diary_is_written_as_before(tmp_path: Path) -> None:
    journal = jets()
    note = journal.state(
        "entry", {"kind": "note", "text": "# Own group\n\nThe *branch* gets <its> own group.", "on": []}
    )
    journal.state("amend", {"entry": note, "text": "# Own group\n\nThe *branch* has its own optimizer group."})
    journal.state("entry", {"kind": "question", "text": "Is the gain the adapter's?", "attachments": ["plots/a b.png"]})
    journal.state("git_tag", {"name": "v0.2.3", "commit": "e57d13" + "0" * 34, "message": "own group"})
    agrees("day.md", day(journal, tmp_path))
