"""References and objectives: offsets with interval and percent, and nothing mixed in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from folded import Folded, matrix
from journal_files import make_run
from labjournal import cli, paths
from labjournal.compare import Selection, build_table
from labjournal.compare.offsets import offsets
from labjournal.config import Config

CLASSES = ("background", "signal")


def measured(right: int = 897, of: int = 1000, **more: object) -> Folded:
    journal = Folded()
    run = journal.run("main")
    counts = matrix(CLASSES, [[right, of - right], [0, 0]])
    journal.result(run, None, "1:1", 100, {"numeric": "on"}, counts=counts, **more)  # type: ignore[arg-type]
    return journal


def told(journal: Folded) -> list[str]:
    (result,) = journal.store.results()
    return list(offsets(result, journal.store.reference_values()))


def test_the_offset_has_the_interval_of_the_result_and_a_percent() -> None:
    journal = measured()
    journal.state("reference", {"name": "paper", "metrics": {"acc": 0.92}, "dataset": "1:1"})
    assert told(journal) == ["accuracy −0.023 [−.043 −.006] (−2.5 %) from paper 0.920: differs"]
    journal.state("reference", {"name": "paper", "metrics": {"acc": 0.9}, "dataset": "1:1"})
    assert told(journal) == ["accuracy −0.003 [−.023 +.014] (−0.33 %) from paper 0.900: no difference shown"]


@pytest.mark.parametrize(
    "other", [{"dataset": "1:10"}, {"options": {"numeric": "off"}}, {"metrics": {"wer": 0.1}}, {"metrics": {}}]
)
def test_a_reference_for_something_else_says_nothing(other: dict[str, object]) -> None:
    journal = measured()
    journal.state("reference", {"name": "paper", "metrics": {"accuracy": 0.92}, **other})
    assert told(journal) == []


def test_a_reference_without_values_is_taken_back() -> None:
    journal = measured()
    journal.state("reference", {"name": "paper", "metrics": {"accuracy": 0.92}})
    assert len(told(journal)) == 1
    journal.state("reference", {"name": "paper", "metrics": {}})
    assert told(journal) == []


def test_a_reference_of_zero_has_no_percent_and_a_value_without_n_no_word() -> None:
    journal = Folded()
    journal.result(journal.run("main"), {"loss": 0.5}, "1:1", 1)
    journal.state("reference", {"name": "zero", "metrics": {"loss": 0.0}})
    assert told(journal) == ["loss +0.5 from zero 0: cannot tell: n unknown"]


def test_results_of_two_objectives_are_two_rows_and_never_compared() -> None:
    journal = measured(900, objective="v1")
    run = journal.store.runs()[0].id
    counts = matrix(CLASSES, [[500, 500], [0, 0]])
    journal.result(run, None, "1:1", 100, {"numeric": "on"}, counts=counts, objective="v2")
    assert len(journal.store.results()) == 2
    table = build_table(journal.store, Selection(), Config())
    assert {row.objective for row in table.rows} == {"v1", "v2"}
    assert table.claims == ()
    assert any("objectives" in note for note in table.notes)


def test_the_verb_keeps_a_reference_and_the_objective(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        return int(ended.value.code or 0), capsys.readouterr().out

    monkeypatch.chdir(tmp_path)
    make_run(paths.find_or_make(tmp_path), "main")
    assert (
        call("log", "accuracy=92%", "--dataset", "1:1", "--reference", "paper, table 2", "--why", "their best")[0] == 0
    )
    call("log", "accuracy=0.897", "--n", "1000", "--dataset", "1:1", "--run", "main", "--objective", "v2")
    assert "from paper, table 2 0.920: differs" in call("show", "main")[1]
    assert json.loads(call("show", "main", "--json")[1])["results"][0]["objective"] == "v2"
    call("export")
    assert any("table 2 0.920: differs" in path.read_text() for path in Path("entries").glob("*.md"))
    assert call("log", "r:abc", "--assign", "--reference", "x")[0] == 2
    assert call("log", "accuracy=0.9", "--reference", "--help")[0] == 2


def test_a_table_holds_each_row_against_the_reference_with_offset_percent_and_word() -> None:
    journal = measured()
    journal.result(journal.run("bare"), {"accuracy": 0.92}, "1:1", 100, {"numeric": "on"})
    bad = journal.run("bad")
    journal.result(bad, None, "1:1", 100, {"numeric": "on"}, counts=matrix(CLASSES, [[500, 500], [0, 0]]))
    journal.state("retract", {"on": [bad], "why": "wrong labels"})
    journal.result(journal.run("other"), {"accuracy": 0.5}, "1:10", 100, {"numeric": "on"})
    journal.state("reference", {"name": "paper", "metrics": {"acc": 0.92}, "dataset": "1:1"})
    table = build_table(journal.store, Selection(), Config())
    (said,) = table.held_against
    assert said in table.notes
    start, _, rows = said.partition(": bad:100")
    assert start == "From paper 0.920, accuracy on 1:1"
    assert sorted(f"bad:100{rows}".removesuffix(".").split("; ")) == [
        "bad:100 † −0.420 [−.451 −.389] (−45.7 %) differs",
        "bare:100 +0.000 (+0.00 %) cannot tell: n unknown",
        "main:100 −0.023 [−.043 −.006] (−2.5 %) differs",
    ]


def test_a_table_without_the_metric_of_a_reference_says_nothing_of_it() -> None:
    journal = measured()
    journal.state("reference", {"name": "paper", "metrics": {"wer": 0.1}})
    assert build_table(journal.store, Selection(), Config()).held_against == ()
