"""States, claims, templates, what waits, the week, and git tags, as a shell sees them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journal_files import CREATED, make_run
from labjournal import cli, paths
from labjournal.paths import JournalPaths

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.chdir(tmp_path)

    def run(*words: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    return paths.find_or_make(tmp_path)


def entries(call: Call, *words: str) -> list[dict[str, Any]]:
    found = json.loads(call("diary", "--json", *words)[1])
    assert isinstance(found, list)
    return found


def waiting(call: Call) -> dict[str, list[dict[str, Any]]]:
    found = json.loads(call("diary", "--open", "--json")[1])
    assert isinstance(found, dict)
    return found


def test_a_hypothesis_is_open_until_results_decide(call: Call, journal: JournalPaths) -> None:
    make_run(journal, "main", log="test accuracy: 900 out of 1000\n")
    entry = call("note", "--kind", "hypothesis", "numbers are not read")[1].strip()
    assert [one["text"] for one in waiting(call)["hypotheses"]] == ["numbers are not read"]
    result = next(one for one in entries(call) if one["kind"] == "result")["on"][0]
    assert call("note", "--state", entry, "refuted", "-m", "they are", "--by", result)[0] == 0
    (told,) = entries(call, "--kind", "hypothesis")
    assert (told["state"], told["states"][0]["why"], told["states"][0]["by"]) == ("refuted", "they are", [result])
    assert waiting(call)["hypotheses"] == []
    assert "refuted since" in call("diary", "--kind", "hypothesis")[1]
    call("export")
    assert "*refuted since" in next(
        path.read_text() for path in Path("entries").glob("*.md") if "they are" in path.read_text()
    )


@pytest.mark.parametrize(
    ("kind", "state"), [("note", "open"), ("hypothesis", "done"), ("plan", "supported"), ("question", "maybe")]
)
def test_a_state_that_the_kind_cannot_have_is_refused(call: Call, kind: str, state: str) -> None:
    entry = call("note", "--kind", kind, "text")[1].strip()
    code, out, err = call("note", "--state", entry, state)
    assert (code, out) == (2, "")
    assert "state" in err or "never" in err


def test_a_plan_waits_until_a_later_run_fulfils_it(call: Call, journal: JournalPaths) -> None:
    make_run(journal, "v5-lora", at=CREATED)
    plan = call("note", "--kind", "plan", "tomorrow: v5-lora and v6-own, once more")[1].strip()
    call("note", "--kind", "plan", "one more night")
    assert len(waiting(call)["plans"]) == 2
    make_run(journal, "v6-own", at=2e9)
    make_run(journal, "other", at=2e9 + 1, reason=f"for {plan}")
    assert [one["text"] for one in waiting(call)["plans"]] == ["one more night"]


def test_what_waits_names_questions_expectations_and_reruns(call: Call, journal: JournalPaths) -> None:
    make_run(journal, "main", expect=["acc > 0.9"])
    call("note", "--kind", "question", "why is SIC below 1?")
    call("retract", "main", "--why", "wrong labels")
    found = waiting(call)
    assert found["questions"][0]["text"] == "why is SIC below 1?"
    assert found["expectations"][0]["expectation"] == "acc > 0.9"
    assert found["reruns"][0]["why"] == "wrong labels"
    told = call("diary", "--open")[1]
    for words in ("Questions", "Expectations that are not decided", "Retracted, and not run again"):
        assert words in told
    make_run(journal, "main", at=CREATED + 500)
    assert waiting(call)["reruns"] == []


def test_nothing_waits_in_a_new_journal(call: Call, journal: JournalPaths) -> None:
    assert call("diary", "--open") == (0, "", "Nothing waits.\n")


def test_a_claim_is_judged_wherever_it_is_shown(call: Call, journal: JournalPaths) -> None:
    make_run(journal, "a", log="test accuracy: 950 out of 1000\n", at=CREATED)
    make_run(journal, "b", log="test accuracy: 800 out of 1000\n", at=CREATED + 1)
    Path("labjournal.toml").write_text('[datasets.x]\nrole = "test"\n')
    a, b = (one["on"][0] for one in entries(call, "--kind", "result"))
    for result in (a, b):
        call("log", "--assign", result, "--dataset", "1:1")
    assert call("note", "--kind", "claim", "--on", a, b, "a is better than b")[0] == 0
    (claim,) = entries(call, "--kind", "claim")
    assert (claim["on"], claim["text"]) == ([a, b], "a is better than b")
    assert claim["judged"]["word"] == "confirmed"
    call("note", "--kind", "claim", "--on", "b", "--on", "a", "b beats a")
    assert entries(call, "--kind", "claim")[1]["judged"]["word"] == "refuted"
    assert "by the numbers confirmed: accuracy +0.150" in " ".join(call("diary", "--kind", "claim")[1].split())
    call("retract", a, "--why", "wrong labels")
    assert "carries no claim: wrong labels" in entries(call, "--kind", "claim")[0]["judged"]["sentence"]


def test_a_claim_about_runs_is_judged_on_the_data_that_it_names(call: Call, journal: JournalPaths) -> None:
    for at, (name, right) in enumerate((("a", 950), ("b", 800))):
        make_run(journal, name, at=CREATED + at)
        for data, events in (("1:1", right), ("1:10", 1000 - right // 2)):
            call("log", f"accuracy={events / 1000}", "--n", "1000", "--dataset", data, "--run", name)
    for words in ("a is better on 1:1", "a is better on 1:10", "a is better", "a is better on 1:100"):
        call("note", "--kind", "claim", "--on", "a", "b", words)
    ones, tens, unsaid, other = (claim["judged"] for claim in entries(call, "--kind", "claim"))
    assert (ones["word"], tens["word"]) == ("confirmed", "refuted")
    assert "on 1:1: differs" in ones["sentence"]
    assert "on 1:10: differs" in tens["sentence"]
    assert "on 1:10: differs" in unsaid["sentence"]  # the last that were measured alike, and it says which
    assert "on 1:10: differs" in other["sentence"]  # no result is on 1:100: what was compared is told


def test_runs_named_after_the_first_are_references_and_not_words_of_the_claim(
    call: Call, journal: JournalPaths
) -> None:
    for i, right in enumerate((950, 800)):
        make_run(journal, "ab"[i], log=f"test accuracy: {right} out of 1000\n", at=CREATED + i)
    Path("labjournal.toml").write_text('[datasets.x]\nrole = "test"\n')
    for one in entries(call, "--kind", "result"):
        call("log", "--assign", one["on"][0], "--dataset", "1:1")
    code, _, err = call("note", "--kind", "claim", "--on", "a", "b", "it is better")
    assert code == 0
    assert err.startswith("On a, b.\nBy the numbers confirmed: accuracy +0.150")
    (claim,) = entries(call, "--kind", "claim")
    assert claim["text"] == "it is better"
    assert claim["judged"]["word"] == "confirmed"
    assert claim["judged"]["sentence"].endswith("differs; one run each")
    _, _, err = call("note", "--kind", "claim", "--on", "a", "b is worse")
    assert "No numbers judge this claim" in err
    call("note", "--on", "a", "two", "words")
    assert entries(call, "--kind", "note")[-1]["text"] == "two words"


def test_audit_names_the_claims_that_their_results_contradict_or_do_not_show(call: Call, journal: JournalPaths) -> None:
    for name, right in (("a", 950), ("b", 800), ("c", 805)):
        call("log", "--counts", json.dumps({"labels": ["x", "y"], "matrix": [[right, 1000 - right], [0, 0]]}),
             "--dataset", "1:1", "--option", f"of={name}")  # fmt: skip
    a, b, c = (one["on"][0] for one in entries(call, "--kind", "result"))
    for of, against, words in (
        (a, b, "a is better than b"),
        (b, a, "b is better than a"),
        (c, b, "c is slightly better than b"),
        (c, b, "c and b are equally good"),
    ):
        call("note", "--kind", "claim", "--on", of, "--on", against, words)
    found = [(item["kind"], item["weight"], item["printed"]) for item in json.loads(call("audit", "--json")[1])]
    assert [item for item in found if "claim" in item[0]] == [
        ("contradicted_claim", "high", "b is better than a"),
        ("claim_not_shown", "medium", "c is slightly better than b"),
    ]


def test_a_claim_may_hold_a_result_against_a_run(call: Call, journal: JournalPaths) -> None:
    for i, right in enumerate((950, 800)):
        make_run(journal, "ab"[i], log=f"test accuracy: {right} out of 1000\n", at=CREATED + i)
    Path("labjournal.toml").write_text('[datasets.x]\nrole = "test"\n')
    named = [one["on"][0] for one in entries(call, "--kind", "result")]
    for result in named:
        call("log", "--assign", result, "--dataset", "1:1")
    call("note", "--kind", "claim", "--on", named[0], "--on", "b", "a is better")
    (claim,) = entries(call, "--kind", "claim")
    assert claim["judged"]["word"] == "confirmed"


def test_the_week_is_summed_up(call: Call, journal: JournalPaths) -> None:
    make_run(journal, "main", log="test accuracy: 900 out of 1000\n", expect=["acc > 0.5"])
    code, out, _ = call("diary", "--week", "2025-06-15")
    assert code == 0
    assert out.startswith("# Week 24, 2025-06-09 to 2025-06-15\n\n1 run (1 done), 59 s of them in all.\n")
    assert "main on data not identified: accuracy 0.900 [.880 .917] 900/1,000" in out
    assert "## Expected" in out
    told = json.loads(call("diary", "--week", "2025-06-15", "--json")[1])
    assert (told["runs"], told["seconds"], len(told["results"])) == ({"DONE": 1}, 59.0, 1)
    assert "No run was launched." in call("diary", "--week")[1]


def test_a_study_has_its_own_entries(call: Call, journal: JournalPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    study = Path("entries/jets").absolute()
    study.mkdir(parents=True)
    (study / "study.toml").write_text('question = "?"\n')
    make_run(journal, "jet", cwd=str(study))
    make_run(journal, "script", command=["python", "entries/jets/train.py"], at=CREATED + 1)
    make_run(journal, "other", at=CREATED + 2)
    call("note", "of the journal")
    call("note", "--study", "jets", "of the study")
    monkeypatch.chdir(study)
    call("note", "written in its folder")
    texts = {one["text"].split(" ")[0] for one in entries(call, "--study", "jets")}
    assert texts == {"jet", "script", "of", "written"}
    assert entries(call, "--study", "jets", "--kind", "note")[0]["text"] == "of the study"


def test_templates_are_filled_in_the_editor(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import click

    seen: list[str] = []

    def edit(text: str) -> str:
        seen.append(text)
        return text.replace("Symptom: ", "Symptom: nothing moves")

    monkeypatch.setattr(click, "edit", edit)
    assert call("note", "-t", "bug", "-e", "--id", "adapter")[0] == 0
    (entry,) = entries(call)
    assert (entry["kind"], entry["text"].split("\n")[0]) == ("bug", "Symptom: nothing moves")
    assert json.loads(call("faults", "--json")[1])[0]["entries"] == [entry["id"]]
    (tmp_path / "labjournal.toml").write_text('[diary.templates]\nbug = "Mine: "\n')
    call("note", "-t", "bug", "-e")
    assert seen[1] == "Mine: "
    assert call("note", "-t", "nonsense", "-e")[0] == 2


def test_a_template_left_as_it_was_says_nothing(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    import click

    monkeypatch.setattr(click, "edit", lambda text: text)
    assert call("note", "-t", "bug", "-e")[0] == 2


def test_a_tag_is_proposed_and_the_nearest_is_shown(call: Call, tmp_path: Path, journal: JournalPaths) -> None:
    def git(*words: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@x")
        return subprocess.run(("git", *who, *words), cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "one")
    git("tag", "v0.3")
    git("commit", "-q", "--allow-empty", "-m", "two")
    head = git("rev-parse", "HEAD").strip()
    make_run(journal, "main", snapshot={"commit": head, "root": str(tmp_path)})
    assert call("tag", "--propose")[:2] == (0, "v0.4\n")
    assert "1 commit after v0.3" in call("tag", "--propose", "main")[2]
    assert "1 commit after v0.3" in call("show", "main")[1]
    shown = json.loads(call("show", "main", "--json")[1])
    assert shown["nearest_tag"] == {"name": "v0.3", "place": "before", "distance": 1}
    assert git("tag").split() == ["v0.3"]
