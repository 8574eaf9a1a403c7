"""What was expected of a run, held against its results and those of its later validations."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from folded import Folded, matrix
from journal_files import CREATED, make_run
from labjournal import facts, paths
from labjournal.config import Config
from labjournal.diary import Diary, Measured
from labjournal.follower import Follower
from labjournal.judging import claims, expectations
from labjournal.judging.expectations import Judged
from labjournal.model import EntryKind

CLASSES = ("background", "signal")
ONE = {"name": "1:1", "hash": "a41f" * 16}
TEN = {"name": "1:10", "hash": "77c0" * 16}


def place() -> tuple[Folded, str]:
    journal = Folded()
    return journal, journal.run("main")


def judged(journal: Folded, run: str, *texts: str) -> list[Judged]:
    from dataclasses import replace

    return expectations.of_run(journal.store, replace(journal.store.run(run), expect=texts))


def measure(journal: Folded, run: str, right: int, of: int, step: int = 100, **more: Any) -> str:
    counts = matrix(CLASSES, [[right, of - right], [0, 0]])
    options = more.pop("options", {})
    return journal.result(run, None, more.pop("dataset", ONE), step, options, counts=counts, **more)


def test_confirmed_refuted_and_undecided_follow_the_interval() -> None:
    journal, run = place()
    measure(journal, run, 950, 1000)
    words = [one.word for one in judged(journal, run, "acc > 0.93", "acc > 0.97", "acc > 0.945", "accuracy[1:1] > 93%")]
    assert words == ["confirmed", "refuted", "undecided", "confirmed"]
    (one,) = judged(journal, run, "acc > 0.93")
    assert "accuracy on 1:1, at step 100: 0.950 [.935 .962] 950/1,000" in one.sentence


def test_what_one_side_leaves_open_the_other_says() -> None:
    journal, run = place()
    measure(journal, run, 950, 1000, options={"numeric": "on"})
    measure(journal, run, 800, 1000, options={"numeric": "off"})
    measure(journal, run, 990, 1000, options={"numeric": "off"}, dataset=TEN)
    text = "accuracy{set=1:1, numeric=on} > accuracy{numeric=off} + 0.02"
    (one,) = judged(journal, run, text)
    assert one.word == "confirmed"
    assert "margin +0.130" in one.sentence
    (less,) = judged(journal, run, text.replace("0.02", "0.2"))
    assert less.word == "refuted"


def test_the_last_checkpoint_counts_unless_another_is_named() -> None:
    journal, run = place()
    measure(journal, run, 990, 1000, step=100)
    measure(journal, run, 800, 1000, step=200)
    last, named, best = judged(journal, run, "acc > 0.9", "acc{at=100} > 0.9", "acc{at=best} > 0.9")
    assert [last.word, named.word, best.word] == ["refuted", "confirmed", "confirmed"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("acc > 0.5", "was measured on 1:1 and 1:10: name one"),
        ("acc[1:1] > 0.5", "with numeric off and on: name one"),
        ("acc[1:7] > 0.5", "was not measured on 1:7 yet"),
        ("sic > 1", "sic was not measured yet"),
        ("acc{set=1:1, numeric=on, at=7} > 0.5", "was not measured at 7 yet"),
        ("acc{set=1:1,numeric=maybe} > 0.5", "was not measured with numeric maybe yet"),
        ("acc{run=nobody} > 0.5", "No run"),
    ],
)
def test_what_is_not_clear_is_said_and_not_guessed(text: str, why: str) -> None:
    journal, run = place()
    for option in ("on", "off"):
        measure(journal, run, 950, 1000, options={"numeric": option})
    measure(journal, run, 950, 1000, dataset=TEN)
    (one,) = judged(journal, run, text)
    assert one.word == "undecided"
    assert why in one.sentence


def test_a_rate_without_n_decides_nothing_and_a_loss_is_taken_as_it_stands() -> None:
    journal, run = place()
    journal.result(run, {"accuracy": 0.97, "loss": 0.31}, ONE, 100)
    rate, loss = judged(journal, run, "acc > 0.9", "loss < 0.4")
    assert (rate.word, loss.word) == ("undecided", "confirmed")
    assert "n unknown (print the counts, as 487 out of 524, or state it: labjournal log" in rate.sentence


def test_retracted_and_unassigned_results_decide_nothing() -> None:
    journal, run = place()
    result = measure(journal, run, 950, 1000)
    journal.state("retract", {"on": [f"r:{result}"], "why": "wrong labels"})
    (one,) = judged(journal, run, "acc > 0.5")
    assert (one.word, one.sentence) == ("undecided", "all results are retracted")
    journal, run = place()
    journal.result(run, {"accuracy": 0.97}, ONE, role="unassigned")
    assert "log --assign" in judged(journal, run, "acc > 0.5")[0].sentence


def test_another_run_is_the_newest_of_its_name_before_this_one() -> None:
    journal = Folded()
    old = journal.run("base")
    measure(journal, old, 700, 1000)
    run = journal.run("main")
    measure(journal, run, 950, 1000)
    later = journal.run("base")
    measure(journal, later, 999, 1000)
    assert judged(journal, run, "acc > acc{run=base} + 0.1")[0].word == "confirmed"


def test_objectives_and_data_are_never_mixed() -> None:
    journal, run = place()
    measure(journal, run, 950, 1000, options={"a": "1"}, objective="v1")
    measure(journal, run, 700, 1000, options={"a": "2"}, objective="v2")
    (one,) = judged(journal, run, "acc{a=1} > acc{a=2}")
    assert (one.word, "different objectives" in one.sentence) == ("undecided", True)


def test_the_time_is_kept_up_to_a_tenth_more() -> None:
    from dataclasses import replace

    from labjournal.model import Status

    journal, run = place()
    launched = journal.store.run(run)
    for seconds, word in ((600, "confirmed"), (950, "confirmed"), (1300, "refuted")):
        ended = replace(
            launched,
            status=Status.DONE,
            expect_time_s=900.0,
            started_at=launched.created_at,
            ended_at=launched.created_at + timedelta(seconds=seconds),
        )
        (one,) = expectations.of_run(journal.store, ended)
        assert (one.expectation, one.word) == ("time 15 min", word)


def follow(journal: paths.JournalPaths) -> Follower:
    follower = Follower.open(journal)
    follower.catch_up()
    return follower


def test_a_verdict_is_stated_at_the_end_and_again_when_a_validation_comes(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    make_run(journal, "waits", ended=False, expect=["acc > 0.9"], at=CREATED + 100)
    run = make_run(journal, "main", expect=["acc[1:1] > 0.9"], expect_time_s=900.0)
    follower = follow(journal)
    first, time = follower.store.verdicts()
    assert (first.word, first.sentence) == ("undecided", "acc was not measured yet")
    assert time.word == "confirmed"
    subject = {"run": run.id, "checkpoint": "step_30.pt", "step": 30, "version": None}
    check = make_run(
        journal,
        "check",
        kind="validate",
        log="accuracy: 955 out of 1000 correct (95.5%)\n",
        at=CREATED + 200,
        validates={**subject, "dataset": "1:1", "options": {}},
    )
    follower.catch_up()
    second = next(verdict for verdict in follower.store.verdicts() if verdict.expectation.startswith("acc"))
    assert (second.word, second.superseded, second.before) == ("confirmed", (first.id,), ("undecided",))
    assert second.t.timestamp() == pytest.approx(CREATED + 260)
    written = [line for path in run.facts.glob("*-reader-*.jsonl") for line in path.read_text().splitlines()]
    assert sum('"kind":"verdict"' in line for line in written) == 3
    diary = Diary(journal)
    diary.retract([check.id], why="wrong labels")
    follower.catch_up()
    third = next(verdict for verdict in follower.store.verdicts() if verdict.expectation.startswith("acc"))
    assert (third.word, third.before) == ("undecided", ("undecided", "confirmed"))
    assert third.t > second.t
    kinds = [entry.text for entry in follower.store.entries(kinds=["expectation"])]
    assert len(kinds) == 2
    follower.close()
    journal.database.unlink()
    again = follow(journal)
    assert next(one for one in again.store.verdicts() if one.expectation.startswith("acc")).id == third.id
    again.close()


def test_a_result_by_hand_judges_too_and_a_second_look_states_nothing(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    run = make_run(journal, "main", expect=["sic > 2"])
    follower = follow(journal)
    Diary(journal).result(Measured({"sic": 3.1}, run=run.id, dataset="1:1"))
    follower.catch_up()
    (verdict,) = follower.store.verdicts(run.id)
    assert verdict.word == "confirmed"
    before = facts_of(run.facts)
    follower.catch_up()
    assert facts_of(run.facts) == before
    follower.close()


def facts_of(folder: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in folder.iterdir())


CLAIMS = [
    ("numeric helps", 950, 800, "confirmed"),
    ("on is worse than off", 950, 800, "refuted"),
    ("slightly better with numeric on", 905, 900, "undecided"),
    ("makes no difference", 950, 800, "refuted"),
    ("no better than off", 905, 900, "undecided"),
    ("accuracy is higher", 950, 800, "confirmed"),
    ("these two", 950, 800, "undecided"),
]


@pytest.mark.parametrize(("text", "a", "b", "word"), CLAIMS)
def test_a_claim_is_judged_by_the_results_it_names(text: str, a: int, b: int, word: str) -> None:
    journal, run = place()
    for option, right in (("on", a), ("off", b)):
        measure(journal, run, right, 1000, options={"numeric": option})
    found = claims.judge(text, journal.store.results())
    assert found is not None
    assert found.word == word
    assert "accuracy" in found.sentence


def test_a_claim_across_data_sets_or_on_something_retracted_carries_nothing() -> None:
    journal, run = place()
    one = measure(journal, run, 950, 1000)
    measure(journal, run, 700, 1000, dataset=TEN)
    found = claims.judge("better", journal.store.results())
    assert found is not None
    assert (found.word, "not measured on the same data (1:1 and 1:10)" in found.sentence) == ("undecided", True)
    journal.state("retract", {"on": [f"r:{one}"], "why": "wrong labels"})
    found = claims.judge("better", journal.store.results())
    assert found is not None
    assert "wrong labels" in found.sentence
    assert claims.judge("better", journal.store.results()[:1]) is None


def test_an_expectation_that_fails_to_parse_refuses_the_launch(tmp_path: Path) -> None:
    from labjournal.errors import InputError
    from labjournal.runner import launching
    from labjournal.runner.request import LaunchRequest

    journal = paths.find_or_make(tmp_path)
    with pytest.raises(InputError, match="compares nothing"):
        launching.launch(LaunchRequest(("true",), str(tmp_path), expect=("acc",)), journal, Config())
    assert journal.run_ids() == []


def test_the_verdict_is_an_entry_of_the_diary(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    make_run(journal, "main", log="test accuracy: 955 out of 1000\n", expect=["acc > 0.9"])
    follower = follow(journal)
    (entry,) = follower.store.entries(kinds=[EntryKind.EXPECTATION.value])
    assert entry.automatic
    assert entry.text.startswith("main, expected acc > 0.9: confirmed; accuracy: 0.955")
    assert facts.decode(facts.encode(follower.store.facts_of_kind("verdict")[0])) is not None
    follower.close()
