"""note, log, compare, diary, tag, retract and export as a shell sees them: data, talk and exit codes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from journal_files import add_facts, make_run
from labjournal import cli, facts, paths
from labjournal.paths import JournalPaths

REPORT = """\
              precision    recall  f1-score   support

  background       0.89      0.94      0.91       524
      signal       0.93      0.87      0.90       476

    accuracy                           0.91      1000
   macro avg       0.91      0.91      0.91      1000
weighted avg       0.91      0.91      0.91      1000
"""
COUNTS = '{"labels": ["background", "signal"], "matrix": [[494, 30], [63, 413]]}'


class Called(NamedTuple):
    code: int
    out: str
    err: str


Call = Callable[..., Called]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """The command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, stdin: str = "") -> Called:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        printed = capsys.readouterr()
        return Called(int(ended.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    return paths.find_or_make(tmp_path)


def stated(journal: JournalPaths) -> list[facts.Fact]:
    read, _ = facts.read(journal.my_facts)
    return [fact for _, fact in read if fact is not None]


def rows(call: Call, *words: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(call("compare", "--json", *words).out)["rows"]
    return found


# -- note and diary ----------------------------------------------------------------------------------------------


def test_a_note_needs_no_journal_and_its_id_is_the_only_data(call: Call, tmp_path: Path) -> None:
    done = call("note", "the", "adapter", "never", "moved")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("e:")
    (entry,) = json.loads(call("diary", "--json").out)
    assert (entry["text"], entry["kind"], entry["automatic"]) == ("the adapter never moved", "note", False)


def test_a_note_is_read_from_standard_input_with_its_lines(call: Call) -> None:
    call("note", "--kind", "hypothesis", stdin="one\n\n  two\n")
    assert json.loads(call("diary", "--json").out)[0]["text"] == "one\n\n  two"


def test_a_note_is_about_runs_results_and_commits(call: Call, journal: JournalPaths, tmp_path: Path) -> None:
    run = make_run(journal, "alpha")
    (tmp_path / "plot.png").write_bytes(b"x")
    call("note", "look", "--on", "alpha", "--on", "9be1f0aa", "--attach", "plot.png")
    note = stated(journal)[0].data
    assert note["on"] == [run.id, "9be1f0aa"]
    (picture,) = note["attachments"]
    assert picture.startswith("entries/attachments/")
    assert (journal.project / picture).read_bytes() == Path("plot.png").read_bytes()
    assert call("note", "look", "--on", "nobody").code == 1


def test_an_earlier_note_is_amended_by_its_short_id(call: Call) -> None:
    first = call("note", "wrong").out.strip()
    assert call("note", "--amend", first, "right").code == 0
    (entry,) = json.loads(call("diary", "--json").out)
    assert (entry["text"], [old["text"] for old in entry["amended"]]) == ("right", ["wrong"])


@pytest.mark.parametrize("words", [["note", "   "], ["note", "x", "--kind", "launch"], ["diary", "--kind", "gossip"]])
def test_what_cannot_be_meant_is_usage(call: Call, words: list[str]) -> None:
    done = call(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("labjournal: ")


def test_the_diary_shows_escapes_and_keeps_to_the_columns_that_are_set(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("note", "a\x1b[31m red " + "long " * 60)
    whole = call("diary")
    assert "\x1b" not in whole.out
    assert "a␛[31m red" in whole.out
    assert whole.out.count("long") == 60
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, call("diary").out.splitlines())) <= 80


def test_no_journal_is_an_empty_answer_for_verbs_that_list(call: Call, tmp_path: Path) -> None:
    assert (call("diary", "--json").out.strip(), call("diary").code) == ("[]", 0)
    assert json.loads(call("compare", "--json").out)["rows"] == []
    assert call("compare", "nobody").code == 1
    assert not (tmp_path / ".labjournal").exists()


# -- log ---------------------------------------------------------------------------------------------------------


def test_a_result_by_hand_keeps_its_digits_and_its_place(call: Call, journal: JournalPaths) -> None:
    run = make_run(journal, "alpha")
    call("log", "accuracy=90.80%", "--run", "alpha:2400", "--dataset", "1:1", "--n", "1000", "--option", "numeric=off")
    (row,) = rows(call)
    assert (row["run"], row["step"], row["dataset"], row["options"]) == (run.id, 2400, "1:1", {"numeric": "off"})
    cell = row["cells"]["accuracy"]  # type: ignore[index]
    assert (cell["value"], cell["numerator"], cell["denominator"]) == (0.908, 908, 1000)


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("accuracy=1.5", "accuracy=1.5% if percent is meant"),
        ("macro_f1=91.2", "macro_f1=0.912"),
        ("accuracy=150%", "no share"),
        ("auc=-0.2", "no share"),
        ("f1[signal]=1.2", "f1[signal]=1.2%"),
    ],
)
def test_a_share_above_one_is_refused_and_the_percent_sign_asked_for(call: Call, given: str, hint: str) -> None:
    done = call("log", given, "--dry-run")
    assert done.code == 2
    assert hint in done.err


def test_what_is_no_share_may_be_above_one(call: Call) -> None:
    assert call("log", "wer=32.1", "loss=2.5", "psnr=31", "val_acc=1", "--dry-run").code == 0


def test_counts_are_the_truth_and_what_contradicts_them_is_refused(call: Call, journal: JournalPaths) -> None:
    refused = call("log", "accuracy=0.97", "--counts", COUNTS)
    assert refused.code == 2
    assert "907/1000 is 0.907" in refused.err
    assert call("log", "--counts", COUNTS, "--n", "999").code == 2
    assert not journal.my_facts.exists()
    assert call("log", "accuracy=0.907", "--counts", COUNTS).code == 0


@pytest.mark.parametrize(
    "counts",
    ['{"b": {"b": 494, "s": 30}, "s": {"b": 63, "s": 413}}', "[[494, 30], [63, 413]]", COUNTS],
)
def test_counts_are_taken_in_every_usual_shape(call: Call, counts: str) -> None:
    assert call("log", "--counts", counts).code == 0
    (row,) = rows(call)
    assert row["cells"]["accuracy"]["numerator"] == 907  # type: ignore[index]


def test_answers_that_are_no_class_become_the_unknown_column(call: Call) -> None:
    call("log", "--counts", '{"b": {"b": 90, "s": 5, "": 5}, "s": {"s": 99, "?": 1}}')
    cell = rows(call)[0]["cells"]["unknown_rate"]  # type: ignore[index]
    assert (cell["numerator"], cell["denominator"]) == (6, 200)


@pytest.mark.parametrize(
    "counts", ["", "{", "3", '{"labels": ["a"]}', "[[1, 2], [3]]", "[[-1]]", "[[1.5]]", "[[true]]"]
)
def test_counts_that_are_no_matrix_are_refused(call: Call, counts: str) -> None:
    done = call("log", "x=1", "--counts", counts)
    assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize("word", ["accuracy", "accuracy=", "accuracy=high", "=0.9", "accuracy=0,9"])
def test_a_value_that_is_no_number_is_refused(call: Call, word: str) -> None:
    assert call("log", word).code == 2


def test_nan_is_written_down_as_a_value(call: Call) -> None:
    call("log", "loss=nan", "--dataset", "1:1")
    assert rows(call)[0]["cells"]["loss"]["value"] == "NaN"  # type: ignore[index]


def test_a_dry_run_of_a_file_needs_no_journal_and_writes_nothing(call: Call, tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text(REPORT)
    done = call("log", "--from", "report.txt", "--dry-run")
    reading = json.loads(done.out)
    assert reading["results"][0]["metrics"]["accuracy"] == 0.91
    assert reading["results"][0]["n"] == 1000
    assert not (tmp_path / ".labjournal").exists()


def test_a_file_whose_role_is_unclear_waits_until_it_is_assigned(call: Call, tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text(REPORT)
    done = call("log", "--from", "report.txt")
    assert "1 wait until you say" in done.err
    assert rows(call) == []
    waiting = json.loads(call("log", "--assign", "--json").out)
    assert call("log", "--assign", f"r:{waiting[0]['id']}", "--dataset", "1:1", "--checkpoint", "2400").code == 0
    (row,) = rows(call)
    assert (row["dataset"], row["step"]) == ("1:1", 2400)


def test_what_a_file_says_against_itself_is_told_when_it_is_read(call: Call, tmp_path: Path) -> None:
    wrong = REPORT.replace("0.93      0.87      0.90", "0.93      0.87      0.97")
    for words in (["--dry-run"], ["--dataset", "1:1"]):
        done = call("log", "--from", "-", *words, stdin=wrong)
        assert done.code == 0
        assert "contradiction, line 1: F1 of signal is printed as 0.97; precision 0.93 and recall 0.87 give" in done.err
        assert "contradiction" not in call("log", "--from", "-", *words, stdin=REPORT).err


def test_a_reading_that_is_wrong_is_dismissed_in_one_step(call: Call) -> None:
    result = call("log", "--from", "-", "--dataset", "1:1", stdin="test accuracy: 0.91\n").out.strip()
    assert len(rows(call)) == 1
    assert call("log", "--dismiss", result, "--why", "misread").code == 0
    assert rows(call) == []


def test_the_same_file_read_twice_is_one_result(call: Call, tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text(REPORT)
    first = call("log", "--from", "report.txt", "--dataset", "1:1").out
    assert call("log", "--from", "report.txt", "--dataset", "1:1").out == first
    assert [row["measurements"] for row in rows(call)] == [1]


def test_inside_a_run_the_environment_says_what_is_measured(
    call: Call, journal: JournalPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained, measuring = make_run(journal, "trained"), make_run(journal, "measuring", "validate")
    for name, value in {
        "LABJOURNAL_RUN_ID": measuring.id,
        "LABJOURNAL_SUBJECT_RUN": trained.id,
        "LABJOURNAL_CHECKPOINT": "out/step_300.pt",
        "LABJOURNAL_DATASET": "1:10",
        "LABJOURNAL_OPTIONS": '{"numeric": "off"}',
    }.items():
        monkeypatch.setenv(name, value)
    call("log", "accuracy=0.9")
    assert not journal.database.exists(), "a training process never opens the index"
    (row,) = rows(call)
    assert (row["name"], row["step"], row["dataset"], row["options"]) == ("trained", 300, "1:10", {"numeric": "off"})
    assert stated(journal)[0].data["measured_by"] == measuring.id


def test_nothing_to_write_down_is_usage(call: Call) -> None:
    assert call("log").code == 2
    assert call("log", "--from", "nowhere.txt").code == 2
    assert call("log", "--from", "-", stdin="hello\n").code == 2
    assert call("log", "a=1", "--from", "-").code == 2
    assert call("log", "--assign", "--dismiss").code == 2


# -- compare, tag, retract, export -------------------------------------------------------------------------------


def test_compare_takes_a_table_kept_in_the_configuration(call: Call, tmp_path: Path) -> None:
    (tmp_path / "labjournal.toml").write_text(
        '[tables.main]\nrows = ["by-name"]\nmetrics = ["accuracy"]\nat = "last"\n'
    )
    journal = paths.find_or_make(tmp_path)
    make_run(journal, "by-name")
    for step in ("100", "200"):
        call(
            "log", "accuracy=0.9", "loss=1", "--run", "by-name", "--checkpoint", step, "--dataset", "1:1", "--n", "100"
        )
    table = json.loads(call("compare", "main", "--json").out)
    assert (table["columns"], [row["step"] for row in table["rows"]]) == (["accuracy"], [200])
    assert len(rows(call, "main", "--at", "all")) == 2


def test_a_checkpoint_that_a_run_does_not_have_is_refused_with_those_it_has(call: Call, journal: JournalPaths) -> None:
    run = make_run(journal, "base")
    saved = [("ckpt/step-100.pt", 100), ("ckpt/step-200.pt", 200), ("ckpt/best.pt", None), ("m_7.pt", 210)]
    add_facts(run, *(("checkpoint", {"path": p, "version": p, "step": step, "size": 9}) for p, step in saved))
    before = journal.my_facts.exists()
    for where in (["--run", "base", "--checkpoint", "999"], ["--run", "base:999"]):
        done = call("log", "accuracy=0.8", "--dataset", "x", *where)
        assert (done.code, done.out) == (1, "")
        assert "base has no checkpoint '999'" in done.err
        assert "It has: ckpt/best.pt, 100, 200, 210" in done.err
    assert journal.my_facts.exists() == before
    (journal.project / "elsewhere.pt").write_bytes(b"weights")
    for mark in ("200", "best", "latest", "7", "elsewhere.pt"):
        assert call("log", "accuracy=0.8", "--dataset", "x", "--run", "base", "--checkpoint", mark).code == 0
    named = {(row["checkpoint"], row["step"]) for row in rows(call, "base", "--at", "all")}
    assert named == {("200", 200), ("best.pt", None), ("m_7.pt", 210), ("elsewhere.pt", None)}
    waiting = call("log", "--from", "-", "--run", "base", stdin=REPORT).out.strip()
    assert call("log", "--assign", waiting, "--dataset", "x", "--checkpoint", "999").code == 1


def test_a_checkpoint_of_a_run_of_which_none_was_seen_is_taken_at_its_word(call: Call, journal: JournalPaths) -> None:
    make_run(journal, "base")
    assert call("log", "accuracy=0.8", "--dataset", "x", "--run", "base", "--checkpoint", "999").code == 0


@pytest.mark.parametrize("form", ["text", "md", "csv", "json"])
def test_compare_writes_every_format_to_standard_output(call: Call, form: str) -> None:
    call("log", "accuracy=0.9", "--dataset", "1:1", "--n", "100")
    done = call("compare", "--format", form)
    assert (done.code, done.err) == (0, "")
    assert "0.9" in done.out


def test_retracting_marks_at_once_and_lifting_takes_it_back(call: Call, journal: JournalPaths) -> None:
    make_run(journal, "alpha")
    for step in ("100", "200"):
        call("log", "accuracy=0.9", "--run", f"alpha:{step}", "--dataset", "1:1", "--n", "100")
    done = call("retract", "--on", "alpha:100", "--why", "wrong labels")
    assert (done.code, done.err) == (0, "1 result marked.\n")
    assert [(row["step"], row["tainted"]) for row in rows(call)] == [(100, True), (200, False)]
    assert "†" in call("compare").out
    assert call("retract", "--lift", done.out.strip()).code == 0
    assert not any(row["tainted"] for row in rows(call))
    assert call("retract", "alpha", "--why", "all of it").err == "2 results marked.\n"


def test_what_cannot_be_retracted_is_said(call: Call, journal: JournalPaths) -> None:
    assert call("retract", "--why", "x").code == 2
    assert call("retract", "--on", "nobody").code == 1
    assert call("retract", "--on", "r:zzzzzz").code == 1
    assert not journal.my_facts.exists()


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    return subprocess.run(
        ["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def commit(folder: Path, content: str) -> str:
    (folder / "train.py").write_text(content)
    git(folder, "add", "train.py")
    git(folder, "commit", "-qm", "change")
    return git(folder, "rev-parse", "HEAD")


def test_a_tag_is_annotated_set_on_what_ran_and_told_in_the_diary(call: Call, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    head = commit(tmp_path, "x = 1\n")
    commit(tmp_path, "x = 2\n")
    journal = paths.find_or_make(tmp_path)
    snapshot = {"commit": head, "head": head, "root": str(tmp_path)}
    make_run(journal, "alpha", reason="try silu", snapshot=snapshot)
    assert call("tag").out == "v0.1\n"
    assert call("tag", "v0.1", "alpha").out == f"v0.1 {head[:10]} alpha\n"
    assert git(tmp_path, "cat-file", "-t", "v0.1") == "tag"
    assert git(tmp_path, "rev-parse", "v0.1^{commit}") == head
    assert "try silu" in git(tmp_path, "tag", "-n1")
    entries = json.loads(call("diary", "--json").out)
    assert [entry["text"] for entry in entries if entry["kind"] == "git-tag"] == ["v0.1: alpha: try silu"]
    assert call("tag", "v0.1", "alpha").code == 2


def test_a_run_without_kept_code_cannot_be_tagged(call: Call, journal: JournalPaths) -> None:
    make_run(journal, "alpha")
    done = call("tag", "v1", "alpha")
    assert done.code == 1
    assert "was not kept" in done.err


def test_retracting_by_commits_spares_runs_from_before_and_after_and_never_the_unplaced(
    call: Call, tmp_path: Path
) -> None:
    git(tmp_path, "init", "-q")
    codes = [commit(tmp_path, text) for text in ("a = 1\n", "a = 1\nb = bug\n", "a = 1\nb = fixed\n")]
    journal = paths.find_or_make(tmp_path)
    for name, code in zip(("before", "broken", "after"), codes, strict=True):
        make_run(journal, name, snapshot={"commit": code, "head": code, "root": str(tmp_path)})
    make_run(journal, "unplaced", snapshot={"missing": "not a git repository"})
    for name in ("before", "broken", "after", "unplaced"):
        call("log", "accuracy=0.9", "--run", name, "--dataset", "1:1", "--n", "100")
    done = call("retract", "--introduced", codes[1], "--fixed", codes[2], "--why", "bug")
    assert done.code == 0
    assert "code cannot be placed" in done.err
    assert {row["name"]: row["tainted"] for row in rows(call)} == {
        "before": False, "broken": True, "after": False, "unplaced": True,
    }  # fmt: skip


def test_export_writes_once_checks_and_refuses_edited_blocks(call: Call, tmp_path: Path) -> None:
    call("note", "a thought")
    assert call("export", "--check").code == 1
    written = call("export")
    assert written.code == 0
    (path,) = [tmp_path / line for line in written.out.splitlines()]
    assert call("export", "--check").code == 0
    path.write_text(path.read_text().replace("a thought", "another thought"))
    refused = call("export")
    assert refused.code == 1
    assert "was edited" in refused.err
    assert call("export", "--force").code == 0
    assert "another thought" in path.with_name(path.name + ".orig").read_text()
    assert "a thought" in path.read_text()
