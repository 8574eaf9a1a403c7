"""One's own file, studies, pictures, curves as text, what is hidden, and footnotes."""

from __future__ import annotations

import math
from datetime import UTC
from pathlib import Path

import numpy as np
import pytest

from folded import START, Folded, jets
from labjournal.config import Config, DiaryConfig
from labjournal.diary import attachments
from labjournal.errors import InputError
from labjournal.export.blocks import Block, append, parse
from labjournal.export.diary_markdown import Exported, export
from labjournal.export.footnotes import unique
from labjournal.export.sparklines import main_curves, sparkline
from labjournal.model import SeriesKey

NAME = f"{START.date().isoformat()}.md"
OWN = "# My diary\r\n\r\nNothing worked.  \n\n\n\n* a list\n\n\n"


def write(journal: Folded, folder: Path, file: Path | None = None, check: bool = False, **diary: object) -> Exported:
    config = Config(diary=DiaryConfig(**diary))  # type: ignore[arg-type]
    return export(journal.store, config, folder / "entries", folder, None, check, False, UTC, file)


def test_a_file_of_ones_own_is_added_to_at_its_end_and_kept_byte_for_byte(tmp_path: Path) -> None:
    file = tmp_path / "DIARY.md"
    file.write_bytes(OWN.encode())
    journal = jets()
    assert write(journal, tmp_path, file).written == (file,)
    assert not (tmp_path / "entries").exists()
    assert file.read_bytes().startswith(OWN.encode() + b"<!-- labjournal:begin day-")
    assert write(journal, tmp_path, file).written == ()
    between = file.read_bytes().replace(
        b"-->\n\n<!-- labjournal:begin", b"-->\n\nMine, \t between.\n\n<!-- labjournal:begin", 1
    )
    file.write_bytes(between + b"\nand at the end, no newline")
    journal.state("entry", {"kind": "note", "text": "later"})
    write(journal, tmp_path, file)
    after = file.read_text()
    assert "Mine, \t between." in after
    assert after.index("and at the end, no newline") < after.index("later")
    assert after.startswith(OWN.replace("\r\n", "\n"))
    assert write(journal, tmp_path, file, check=True).written == ()


def test_blocks_that_this_journal_does_not_know_stay_in_ones_own_file() -> None:
    text = f"a\n{Block('OTHER', 'of another journal')}\nb"
    assert append(parse(text), [Block("MINE", "x")]) == f"{text}\n\n{Block('MINE', 'x')}\n"
    assert append([], [Block("MINE", "x")]) == f"{Block('MINE', 'x')}\n"


def test_line_ends_of_an_editor_do_not_make_a_block_new() -> None:
    text = str(Block("A", "one\ntwo")).replace("\n", "\r\n")
    assert append(parse(text), [Block("A", "one\ntwo")]) == text


def test_a_study_has_its_own_days(tmp_path: Path) -> None:
    folder = tmp_path / "entries" / "jets"
    folder.mkdir(parents=True)
    (folder / "study.toml").write_text('question = "?"\n')
    journal = Folded()
    run = journal.run("of-study", cwd=str(folder))
    journal.result(run, {"accuracy": 0.9}, "1:1", 1)
    other = journal.run("other", cwd=str(tmp_path))
    journal.state("entry", {"kind": "note", "text": "about the study's run", "on": [run], "attachments": ["plot.svg"]})
    journal.state("entry", {"kind": "note", "text": "about the other", "on": [other]})
    journal.state("entry", {"kind": "note", "text": "for the study", "study": "jets"})
    write(journal, tmp_path)
    whole, study = (tmp_path / "entries" / NAME).read_text(), (folder / "diary" / NAME).read_text()
    for words in ("of-study launched", "results of of-study", "about the study's run", "for the study"):
        assert words in study
        assert words in whole
    assert "about the other" not in study
    assert "![plot.svg](../../../plot.svg)" in study
    assert write(journal, tmp_path).written == ()


def test_pictures_are_copied_beside_the_export_once(tmp_path: Path) -> None:
    entries, source = tmp_path / "entries", tmp_path / "elsewhere"
    source.mkdir()
    (source / "my plot.png").write_bytes(b"one")
    (source / "data.csv").write_bytes(b"1,2")
    kept = attachments.keep(source / "my plot.png", entries, tmp_path)
    assert kept == f"entries/attachments/{Path(kept).name}"
    assert Path(kept).name.endswith("-my-plot.png")
    assert (tmp_path / kept).read_bytes() == b"one"
    assert attachments.keep(source / "my plot.png", entries, tmp_path) == kept
    (source / "my plot.png").write_bytes(b"two")
    assert attachments.keep(source / "my plot.png", entries, tmp_path) != kept
    assert attachments.keep(tmp_path / kept, entries, tmp_path) == kept
    assert attachments.keep(source / "data.csv", entries, tmp_path) == "elsewhere/data.csv"


def test_the_end_of_a_run_shows_its_main_curves(tmp_path: Path) -> None:
    journal = Folded()
    run = journal.run("main")
    steps = np.arange(100)
    with journal.store.writing():
        for tag in ("loss", "lr", "watch/update"):
            journal.store.append_series(SeriesKey(run, "", tag), "f", 0, steps, steps * 1.0, 100.0 - steps)
        weights = [SeriesKey(run, "", f"loss/weight{i}") for i in range(5)]
        for key in weights:
            journal.store.append_series(key, "f", 0, steps, steps * 1.0, np.full(100, 0.05))
        journal.store.append_series(SeriesKey(run, "", "mix"), "f", 0, steps, steps * 1.0, 100.0 - steps)
    journal.state("exit", {"attempt": 1, "status": "DONE", "cause": "ended by itself"}, run)
    write(journal, tmp_path)
    text = (tmp_path / "entries" / NAME).read_text()
    assert "- loss `█" in text
    assert "▁` 100 → 1" in text
    assert ", 100 points" in text
    assert "- lr `" not in text
    assert "- mix `" in text
    assert "weight" not in text, "a curve that never moves makes room for one that does"
    assert next(info.key.name for info in main_curves(journal.store.series_list(run))) == "loss"


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([0.0, 1.0], "▁█"),
        ([1.0, 1.0, 1.0], "▁▁▁"),
        ([0.0, math.nan, 1.0], "▁×█"),
        ([math.nan, math.inf], "××"),
        ([1e308, -1e308], "█▁"),
        ([], ""),
    ],
)
def test_a_sparkline_shows_shape_and_what_is_not_finite(values: list[float], drawn: str) -> None:
    assert sparkline(values) == drawn


def test_a_long_curve_is_drawn_as_wide_as_a_short_one() -> None:
    assert len(sparkline([float(i % 7) for i in range(10_000)])) == 32


def test_hosts_users_and_homes_are_left_out_by_option(tmp_path: Path) -> None:
    journal = Folded()
    journal.run("main", command=["python", "/home/ada/x/train.py"], cwd="/home/ada/x")
    journal.state(
        "entry", {"kind": "note", "text": "ada saw box fail in /home/ada/logs, /root/x and C:\\Users\\ada\\y; Canada"}
    )
    write(journal, tmp_path, hide=("hosts", "users", "home"))
    text = (tmp_path / "entries" / NAME).read_text()
    assert "user saw host fail in ~/logs, ~/x and ~" in text
    assert "Canada" in text
    assert "/home/ada" not in text
    write(journal, tmp_path / "open")
    assert "/home/ada" in (tmp_path / "open" / "entries" / NAME).read_text()
    with pytest.raises(InputError, match="hide"):
        write(journal, tmp_path, hide=("names",))


def test_footnotes_of_two_entries_stay_apart() -> None:
    one, two = (
        Block("AAAAAA", "see [^1]\n\n[^1]: first"),
        Block("BBBBBB", "see [^1] and [^2]\n\n[^1]: other\n[^2]: more"),
    )
    kept, renamed = unique([one, two])
    assert kept == one
    assert renamed.text == "see [^1-bbbbbb] and [^2]\n\n[^1-bbbbbb]: other\n[^2]: more"


def test_footnotes_are_kept_in_the_export(tmp_path: Path) -> None:
    journal = Folded()
    for text in ("one[^1]\n\n[^1]: Wilson 1927", "two[^1]\n\n[^1]: Newcombe 1998"):
        journal.state("entry", {"kind": "note", "text": text})
    write(journal, tmp_path)
    text = (tmp_path / "entries" / NAME).read_text()
    assert "[^1]: Wilson 1927" in text
    assert "]: Newcombe 1998" in text
    assert text.count("[^1]:") == 1
