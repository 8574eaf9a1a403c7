"""Tables kept in the configuration, refreshed by the export."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from folded import Folded, jets
from labjournal.config import Config, ResultsConfig, TableConfig, load
from labjournal.errors import InputError
from labjournal.export import Style
from labjournal.export.diary_markdown import Exported, export


def exported(journal: Folded, tmp_path: Path, force: bool = False, **tables: TableConfig) -> Exported:
    config = Config(results=ResultsConfig(signal="signal"), tables=tables)
    return export(journal.store, config, tmp_path / "entries", tmp_path, force=force, zone=UTC)


MAIN = TableConfig(
    rows=("v*",),
    metrics=("accuracy",),
    datasets=("1:10",),
    labels={"accuracy": "share right", "v3-embed": "embedding"},
    digits=3,
    interval="plus-minus",
    caption="Two adapters",
)


def test_a_kept_table_is_written_with_its_labels_and_style_and_refreshed(tmp_path: Path) -> None:
    journal = jets()
    exported(journal, tmp_path, main=MAIN)
    path = tmp_path / "entries" / "tables" / "main.md"
    text = path.read_text(encoding="utf-8")
    assert "# Two adapters" in text
    assert "share right 95%" in text
    assert "| embedding:2400 " in text
    assert "0.884 ± 0.007" in text
    assert exported(journal, tmp_path, main=MAIN).written == ()
    newer = journal.run("v5", {"nfa": "v5"})
    journal.result(newer, {"accuracy": 0.5}, {"name": "1:10", "hash": "77c0" * 16}, 1, n=8000)
    assert path in exported(journal, tmp_path, main=MAIN).written
    assert "v5:1" in path.read_text(encoding="utf-8")


def test_words_beside_the_table_stay_and_an_edited_table_is_left_alone(tmp_path: Path) -> None:
    exported(jets(), tmp_path, main=MAIN)
    path = tmp_path / "entries" / "tables" / "main.md"
    path.write_text("My words.\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert exported(jets(), tmp_path, main=MAIN).edited == ()
    assert path.read_text(encoding="utf-8").startswith("My words.\n\n")
    path.write_text(path.read_text(encoding="utf-8").replace("0.884", "0.984"), encoding="utf-8")
    assert [edited for edited, _ in exported(jets(), tmp_path, main=MAIN).edited] == [path]


def test_a_table_that_cannot_be_made_says_why_and_the_others_are_written(tmp_path: Path) -> None:
    exported(jets(), tmp_path, broken=TableConfig(rows=("nobody",)), main=MAIN)
    folder = tmp_path / "entries" / "tables"
    assert "This table cannot be made: No run" in (folder / "broken.md").read_text(encoding="utf-8")
    assert "embedding" in (folder / "main.md").read_text(encoding="utf-8")


def test_a_name_with_slashes_stays_in_the_folder(tmp_path: Path) -> None:
    exported(jets(), tmp_path, **{"../../x y": MAIN})
    assert [path.name for path in (tmp_path / "entries" / "tables").iterdir()] == ["-..-x-y.md"]


def test_the_keys_are_read_from_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "labjournal.toml").write_text(
        '[tables.main]\nby = "numeric"\nlabels = {sic = "SIC"}\ndigits = 2\ninterval = "±"\ncaption = "C"\n'
    )
    kept = load(tmp_path, {}).tables["main"]
    assert (kept.by, kept.labels, kept.digits, kept.caption) == ("numeric", {"sic": "SIC"}, 2, "C")
    assert Style().kept(kept, "main") == Style(interval="plus-minus", digits=2, caption="C")
    with pytest.raises(InputError, match="interval is 'wide'"):
        Style().kept(TableConfig(interval="wide"), "main")
    (tmp_path / "labjournal.toml").write_text("[tables.main]\ndigits = 2.5\n")
    with pytest.raises(InputError, match="a whole number"):
        load(tmp_path, {})
