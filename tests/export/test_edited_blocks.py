"""What people write into exported files is never lost, and what was generated is never taken for theirs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folded import START, Folded, jets
from labjournal.config import Config
from labjournal.errors import JournalUnavailableError
from labjournal.export.blocks import Block, Found, digest, merge, parse
from labjournal.export.diary_markdown import Exported, export

NAME = f"{START.date().isoformat()}.md"
PROSE = st.text(alphabet="ab \n#<!-->|", max_size=30).filter(lambda text: "<!--" not in text)
BLOCKS = st.lists(st.integers(0, 9), unique=True, max_size=6).map(
    lambda ids: [Block(f"B{i}", f"text of {i}") for i in sorted(ids)]
)


def write(
    journal: Folded, folder: Path, check: bool = False, force: bool = False, memory: Path | None = None
) -> Exported:
    return export(journal.store, Config(), folder / "entries", folder, None, check, force, UTC, memory=memory)


def test_a_second_export_changes_nothing(tmp_path: Path) -> None:
    journal = jets()
    assert [path.name for path in write(journal, tmp_path).written] == [NAME]
    before = (tmp_path / "entries" / NAME).read_bytes()
    again = write(journal, tmp_path)
    assert (again.written, again.unchanged) == ((), 1)
    assert (tmp_path / "entries" / NAME).read_bytes() == before


def test_prose_between_blocks_stays_and_new_blocks_find_their_place(tmp_path: Path) -> None:
    journal = jets()
    write(journal, tmp_path)
    path = tmp_path / "entries" / NAME
    mine = "\nMy own thought,\twith a tab.  \n\n* a list\n"
    text = path.read_text().replace("\n\n<!-- labjournal:begin", mine + "\n<!-- labjournal:begin", 2)
    path.write_text(text)
    journal.state("entry", {"kind": "note", "text": "later"})
    assert write(journal, tmp_path).written == (path,)
    after = path.read_text()
    assert after.count(mine) == 2
    assert after.index("later") > after.index("results of v4-own-group")
    assert write(journal, tmp_path).written == ()


def test_a_diary_kept_by_hand_is_added_to_and_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "entries" / NAME
    path.parent.mkdir()
    path.write_text("# My day\n\nNothing worked.")
    journal = jets()
    write(journal, tmp_path)
    assert path.read_text().startswith("# My day\n\nNothing worked.\n\n<!-- labjournal:begin day-")
    assert write(journal, tmp_path).written == ()


def test_the_blocks_of_a_colleague_stay_in_the_file_that_both_export_to(tmp_path: Path) -> None:
    path = tmp_path / "entries" / NAME
    mine, hers = jets(), Folded()
    mine.state("entry", {"kind": "note", "text": "what I saw"})
    hers.state("entry", {"kind": "note", "text": "what she saw"})
    for _ in range(2):
        write(mine, tmp_path, memory=tmp_path / "mine.json")
        write(hers, tmp_path, memory=tmp_path / "hers.json")
    text = path.read_text()
    assert ("what I saw" in text, "what she saw" in text) == (True, True)
    assert text.count("what I saw") == text.count("what she saw") == 1


@pytest.mark.parametrize("known", [True, False])
def test_a_block_that_has_no_ground_any_more_goes_where_this_journal_wrote_it(tmp_path: Path, known: bool) -> None:
    journal, emptied = jets(), Folded()
    journal.state("entry", {"kind": "note", "text": "soon taken back"})
    emptied.state("entry", {"kind": "note", "text": "what is left"})
    memory = tmp_path / "memory.json"
    write(journal, tmp_path, memory=memory)
    if not known:
        memory.unlink()
    write(emptied, tmp_path, memory=memory)
    text = (tmp_path / "entries" / NAME).read_text()
    assert "what is left" in text
    assert ("soon taken back" in text) is not known


def test_a_file_with_an_edited_block_is_left_alone_and_named(tmp_path: Path) -> None:
    journal = jets()
    write(journal, tmp_path)
    path = tmp_path / "entries" / NAME
    edited = path.read_text().replace("907/1,000", "970/1,000")
    path.write_text(edited)
    journal.state("entry", {"kind": "note", "text": "later"})
    done = write(journal, tmp_path)
    assert path.read_text() == edited
    assert [(found.name, len(blocks)) for found, blocks in done.edited] == [(NAME, 1)]


def test_force_keeps_every_edited_file_beside_the_new_one(tmp_path: Path) -> None:
    journal = jets()
    write(journal, tmp_path)
    path = tmp_path / "entries" / NAME
    whole = path.read_text()
    for number, copy in enumerate([".orig", ".orig2"]):
        edited = whole.replace("907/1,000", f"97{number}/1,000")
        path.write_text(edited)
        done = write(journal, tmp_path, force=True)
        assert path.read_text() == whole
        assert [kept.name for kept in done.kept] == [NAME + copy]
        assert (tmp_path / "entries" / (NAME + copy)).read_text() == edited


def test_check_writes_nothing(tmp_path: Path) -> None:
    assert len(write(jets(), tmp_path, check=True).written) == 1
    assert not (tmp_path / "entries").exists()


def test_a_retraction_reaches_the_files_of_earlier_days(tmp_path: Path) -> None:
    journal = Folded()
    run = journal.run("old")
    journal.result(run, {"accuracy": 0.9}, "1:1", 100, n=1000)
    write(journal, tmp_path)
    path = tmp_path / "entries" / NAME
    assert "†" not in path.read_text()
    journal.state("retract", {"on": [run], "why": "wrong labels"})
    write(journal, tmp_path)
    assert "† retracted: wrong labels" in path.read_text()


def test_days_before_since_are_left_out(tmp_path: Path) -> None:
    journal = jets()
    done = export(journal.store, Config(), tmp_path, tmp_path, since=datetime(2026, 11, 19, tzinfo=UTC), zone=UTC)
    assert done == Exported()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "entries").write_text("a file")
    with pytest.raises(JournalUnavailableError, match="cannot be written"):
        write(jets(), tmp_path)


def test_validations_are_told_by_their_results_and_alarms_in_their_own_words(tmp_path: Path) -> None:
    journal = Folded()
    run = journal.run("net")
    validation, failed = journal.run("val-1", kind="validate"), journal.run("val-2", kind="validate")
    evidence = {"rule": "no_update", "level": "alarm", "subject": "net.*", "step": 2, "message": "`W` stands | still"}
    journal.state("finding", evidence, run)
    journal.result(run, {"accuracy": 0.9}, "1:1", 100, measured_by=validation, n=1000)
    journal.state("exit", {"attempt": 1, "status": "DONE", "exit_code": 0}, validation)
    journal.state("exit", {"attempt": 1, "status": "FAILED", "exit_code": 1, "cause": "exit code 1"}, failed)
    write(journal, tmp_path)
    headings = [line[9:] for line in (tmp_path / "entries" / NAME).read_text().split("\n") if line.startswith("## ")]
    told = ["net launched", "alarm in net", "results of net", "val-2 failed: exit code 1"]
    assert headings[:-1] == told  # the last says how values are read
    assert "no_update in net, net.\\*: \\`W\\` stands \\| still" in (tmp_path / "entries" / NAME).read_text()


def test_the_points_of_a_scan_are_told_by_the_table_alone(tmp_path: Path) -> None:
    journal = Folded()
    run = journal.run("scan")
    for beta in range(5):
        journal.result(run, {"point_chi2": 7.5 + beta}, "flat", options={"beta": str(beta)})
    journal.result(run, {"chi2_min": 7.5, "beta_min": 0.0}, "flat")
    write(journal, tmp_path)
    text = (tmp_path / "entries" / NAME).read_text()
    assert [line for line in text.split("\n") if line.startswith("#### ")] == ["#### flat"]
    assert text.count("chi2 min 7.5") == 1
    assert sum(line.startswith("| scan") for line in text.split("\n")) == 6


def test_a_note_cannot_pose_as_a_block(tmp_path: Path) -> None:
    journal = Folded()
    forged = str(Block("FORGED", "I never measured this"))
    journal.state("entry", {"kind": "note", "text": f"before\n{forged}\n<!-- labjournal:end day-{NAME[:-3]} -->"})
    write(journal, tmp_path)
    found = [part for part in parse((tmp_path / "entries" / NAME).read_text()) if isinstance(part, Found)]
    assert len(found) == 2
    assert not any(part.edited or part.id == "FORGED" for part in found)
    assert write(journal, tmp_path).written == ()


def test_the_hash_is_of_everything_between_the_comments() -> None:
    text = str(Block("ID", "a line"))
    begin, inside, end = text.partition("\na line\n")
    assert begin == f"<!-- labjournal:begin ID {digest(inside)} -->"
    assert end == "<!-- labjournal:end ID -->"
    assert [part.edited for part in parse(text.replace("\n", "\r\n")) if isinstance(part, Found)] == [False]


@given(PROSE, BLOCKS, PROSE)
def test_parsed_parts_joined_are_the_file(before: str, blocks: list[Block], after: str) -> None:
    text = before + "\n\n".join(map(str, blocks)) + after
    parts = parse(text)
    assert "".join(part if isinstance(part, str) else part.text for part in parts) == text


@given(BLOCKS, BLOCKS, st.lists(PROSE, min_size=7, max_size=7))
def test_merging_is_stable_and_keeps_prose_and_order(old: list[Block], new: list[Block], prose: list[str]) -> None:
    text = "".join(f"{block}\n{between}\n" for block, between in zip(old, prose, strict=False))
    ours = {block.id for block in old}
    once = merge(parse(text), new, ours)
    assert merge(parse(once), new, ours) == once
    assert [part.id for part in parse(once) if isinstance(part, Found)] == [block.id for block in new]
    kept = {part.id for part in parse(merge(parse(text), new, ())) if isinstance(part, Found)}
    assert kept == ours | {block.id for block in new}
    for _, between in zip(old, prose, strict=False):
        assert between.strip() in once


@pytest.mark.parametrize("cut", ["<!-- labjournal:end B1 -->", "text of 1"])
def test_a_block_without_its_end_or_words_counts_as_edited(cut: str) -> None:
    text = "\n\n".join(str(Block(f"B{i}", f"text of {i}")) for i in range(3)).replace(cut, "")
    assert [(part.id, part.edited) for part in parse(text) if isinstance(part, Found)] == [
        ("B0", False), ("B1", True), ("B2", False),
    ]  # fmt: skip
