"""`labjournal show` of results: what follows from counts is told, and `r:ID` is a thing to look at."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from journal_files import make_run
from labjournal import cli, parsers, paths

_COUNTS = '{"labels": ["background", "signal"], "matrix": [[435, 55], [47, 446]], "unknown": [10, 7]}'


@pytest.fixture
def stated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """The reference of a result that was stated by its counts alone."""
    monkeypatch.chdir(tmp_path)
    make_run(paths.find_or_make(tmp_path), "base")
    return _call(capsys, "log", "--counts", _COUNTS, "--run", "base", "--checkpoint", "300", "--dataset", "1:1").strip()


def _call(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_a_run_tells_what_follows_from_the_counts_of_its_results(
    stated: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line = next(line for line in _call(capsys, "show", "base").splitlines() if stated in line)
    assert "step 300" in line
    assert "accuracy 0.881 [.859 .900] 881/1,000" in line


def test_a_result_is_shown_whole(stated: str, capsys: pytest.CaptureFixture[str]) -> None:
    _call(capsys, "retract", "base", "--why", "wrong labels")
    text = _call(capsys, "show", stated)
    assert text.startswith("base  † retracted: wrong labels")
    assert "| background       |        435 |     55 |      10 | 500 |" in text
    assert "7 of 500 signal" in text
    told = json.loads(_call(capsys, "show", stated, "--json"))
    assert (told["subject"]["step"], told["counts"]["unknown"]) == (300, [10, 7])


def test_a_result_that_was_read_shows_the_text(tmp_path: Path, stated: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("out.txt").write_text("test accuracy: 950 out of 1000\n", encoding="utf-8")
    result = _call(capsys, "log", "--from", "out.txt", "--run", "base", "--dataset", "1:1").strip()
    assert "Read off:\n    test accuracy: 950 out of 1000" in _call(capsys, "show", result)


def test_a_validation_of_which_nothing_was_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    make_run(paths.find_or_make(tmp_path), "validate-1", kind="validate", log="all good\n")
    assert "none was read off what it printed" in _call(capsys, "show", "validate-1")
    capsys.readouterr()
    with pytest.raises(SystemExit):
        cli.main(("compare",))
    assert "Nothing that validate-1 printed was read as a result" in capsys.readouterr().err


def test_a_fork_and_the_run_it_came_from_name_each_other(stated: str, capsys: pytest.CaptureFixture[str]) -> None:
    journal = paths.find_or_make(Path.cwd())
    (base,) = journal.run_ids()
    make_run(journal, "fork", at=4e9, parent={"run": base, "step": 300, "checkpoint": None})
    assert "  from     base:300\n" in _call(capsys, "show", "fork")
    assert "  forks    fork\n" in _call(capsys, "show", "base")


def test_a_printed_count_of_hits_has_its_interval(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    make_run(paths.find_or_make(tmp_path), "base")
    (tmp_path / "printed.txt").write_text("hits 297 / 437  (68.0%)\n")
    _call(capsys, "log", "--from", "printed.txt", "--run", "base", "--checkpoint", "300", "--dataset", "near")
    assert "hit rate 0.680 [.634 .722] 297/437" in _call(capsys, "show", "base")


def test_the_output_of_a_command_is_read_through_a_pipe(tmp_path: Path) -> None:
    source, sink = os.pipe()
    os.write(sink, b"test accuracy 0.75\n")
    os.close(sink)
    try:
        (result,) = parsers.read_file(f"/dev/fd/{source}").results
    finally:
        os.close(source)
    assert result.metrics == {"accuracy": 0.75}
