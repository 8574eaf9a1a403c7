"""Folding: whatever the order, the doubling and the cutting of facts, the index is the same."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labjournal import facts, paths
from labjournal.errors import JournalUnavailableError, NewerJournalError, NotFoundError
from labjournal.facts import Fact
from labjournal.model import EntryKind, Level, Role, SeriesKey, Status
from labjournal.store import Store

RUN = "01M7WK7KW3MQD68S1SCZ79CS01"
CHILD = "01M7WK7KW3MQD68S1SCZ79CS02"
CHECK = "01M7WK7KW3MQD68S1SCZ79CS03"


def fact(what: str, run: str | None, second: float, /, **data: object) -> Fact:
    return Fact(
        facts.derived_id(what, run, second, sorted(data)), facts.now_iso(1.7e9 + second), what, "box", "ada", run, data
    )


def story() -> list[Fact]:
    """A trained run with an alarm, a fork of it, a validation read from two sources, and second thoughts."""
    subject = {"run": RUN, "checkpoint": "step_300.pt", "step": 300}
    measured = {"subject": subject, "dataset": {"name": "1:1"}, "options": {"numeric": "on"}, "role": "validation"}
    text = fact("result", CHECK, 31, **measured, metrics={"accuracy": 0.908}, digits={"accuracy": 3}, how="text")
    saved = fact("result", CHECK, 32, **measured, metrics={"accuracy": 0.9077, "auc": 0.97}, how="file", n=1000)
    loose = fact("result", RUN, 21, metrics={"accuracy": 0.99}, role="unassigned", how="text")
    note = fact("entry", None, 50, kind="note", text="the adapter was never fed")
    retract = fact("retract", None, 60, on=[RUN], why="adapter not in the optimizer")
    belief = fact("entry", None, 51, kind="hypothesis", text="numbers are not read")
    judged = {"expectation": "acc > 0.9", "sentence": "x", "results": []}
    verdict = fact("verdict", RUN, 61, **judged, word="undecided", supersedes=[])
    return [
        fact("run", RUN, 0, name="one", kind="train", reason="first", settings={"lr": 0.1}, snapshot={"commit": "c1"}),
        fact("attempt", RUN, 1, n=1, pid=7),
        fact("settings", RUN, 2, source="argparse", values={"lr": 0.2, "epochs": 3}),
        fact(
            "finding", RUN, 3, rule="no_grad", level="warning", subject="net", step=4, message="m", caused_by="param_x"
        ),
        fact("finding", RUN, 4, rule="param_x", level="alarm", subject="net", step=3, message="m"),
        fact("exit", RUN, 20, attempt=1, status="DONE", exit_code=0, cause="ended by itself"),
        fact("run", CHILD, 25, name="two", kind="train", parent={"run": RUN, "step": 300}),
        fact("run", CHECK, 30, name="v", kind="validate", validates={**subject, "dataset": "1:1"}),
        text,
        saved,
        loose,
        fact("assign", None, 40, result=loose.id, role="train"),
        note,
        fact("amend", None, 55, entry=note.id, text="the adapter was never fed, see one"),
        retract,
        fact("hologram", RUN, 70, anything=[1, {"deep": None}]),
        belief,
        fact("entry_state", None, 71, entry=belief.id, state="supported", why="x", by=[]),
        fact("entry_state", None, 72, entry=belief.id, state="refuted", why="y", by=[]),
        verdict,
        fact("verdict", RUN, 73, **judged, word="confirmed", supersedes=[verdict.id]),
        fact("fault", None, 74, name="feed", introduced="c0"),
        fact("fault", None, 75, name="feed", fixed="c1"),
        fact("fault_mark", RUN, 76, fault="feed", introduced="c0", fixed="c1", state="fixed", because="x"),
    ]


def dump(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = (
        "facts",
        "runs",
        "attempts",
        "checkpoints",
        "results",
        "result_facts",
        "metric_values",
        "tallies",
        "pivots",
        "findings",
    )
    content = {name: sorted(store.connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in tables}
    values = "SELECT result, metric, value, subject, step, options, dataset, t, usable FROM metric_values"
    content["metric_values"] = sorted(store.connection.execute(values).fetchall(), key=repr)
    columns = "id, t, kind, run, owner, user, automatic, text, data"
    content["entries"] = sorted(store.connection.execute(f"SELECT {columns} FROM entries").fetchall(), key=repr)
    return content


def folded(*parts: list[Fact]) -> Store:
    store = Store.in_memory()
    for part in parts:
        with store.writing():
            store.fold(part)
    return store


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), cuts=st.lists(st.integers(0, 30), max_size=6))
def test_shuffled_doubled_and_split_facts_fold_to_the_same_index(seed: int, cuts: list[int]) -> None:
    chance = random.Random(seed)
    stated = story() + chance.choices(story(), k=5)
    chance.shuffle(stated)
    bounds = [0, *sorted(min(cut, len(stated)) for cut in cuts), len(stated)]
    parts = [stated[a:b] for a, b in itertools.pairwise(bounds)]
    assert dump(folded(*parts)) == dump(folded(story()))


def test_the_strongest_source_of_settings_wins_and_is_named() -> None:
    run = folded(story()).run(RUN)
    assert run.settings == {"lr": 0.1, "epochs": 3}
    assert run.settings_from == {"lr": "stated", "epochs": "argparse"}


def test_agreeing_sources_are_one_result_and_the_file_beats_the_text() -> None:
    (result,) = folded(story()).results(measured_by=CHECK)
    assert result.metrics == {"accuracy": 0.9077, "auc": 0.97}
    assert [source.how for source in result.sources] == ["file", "text"]
    assert result.disagreements == ()


def test_disagreeing_sources_are_written_down() -> None:
    stated = story()
    other = fact("result", CHECK, 33, **{**stated[9].data, "metrics": {"accuracy": 0.5}, "how": "text"})
    (result,) = folded([*stated, other]).results(measured_by=CHECK)
    assert len(result.disagreements) == 1
    assert "0.5" in result.disagreements[0]


def test_a_retracted_run_taints_its_results_and_the_runs_that_went_on_from_it() -> None:
    store = folded(story())
    assert store.run(RUN).retracted == "adapter not in the optimizer"
    assert store.run(CHILD).retracted == "goes on from a retracted run: adapter not in the optimizer"
    assert store.results(run=RUN)[0].taint is not None


def test_lifting_a_retraction_clears_every_mark() -> None:
    stated = story()
    retraction = next(item for item in stated if item.kind == "retract")
    store = folded(stated, [fact("lift", None, 80, retraction=retraction.id, why="the optimizer was right")])
    assert store.run(RUN).retracted is None
    assert all(result.taint is None for result in store.results())


def test_unassigned_results_stay_out_until_a_person_says() -> None:
    stated = [item for item in story() if item.kind != "assign"]
    store = folded(stated)
    assert all(result.role is not Role.UNASSIGNED for result in store.results())
    assert len(store.results(include_unassigned=True)) == len(store.results()) + 1


def test_a_dismissed_reading_is_out_of_sight_in_one_step() -> None:
    loose = next(item for item in story() if item.kind == "result" and item.run == RUN)
    store = folded(story(), [fact("dismiss", None, 90, result=f"r:{loose.id}", why="a training line")])
    assert loose.id not in {result.id for result in store.results()}
    assert loose.id in {result.id for result in store.results(include_dismissed=True)}


def test_causes_come_before_consequences_and_acknowledged_findings_do_not_count() -> None:
    store = folded(story())
    found = store.findings(RUN)
    assert [finding.rule for finding in found] == ["param_x", "no_grad"]
    assert store.run(RUN).worst == ("param_x", Level.ALARM, 2)
    with store.writing():
        store.fold([fact("ack", None, 95, finding=f"f:{found[0].id}", why="meant so")])
    assert store.run(RUN).worst == ("no_grad", Level.WARNING, 1)


def test_the_diary_holds_the_newest_wording_and_finds_words_by_their_beginning() -> None:
    store = folded(story())
    (note,) = store.entries(grep="adapt see")
    assert note.text.endswith("see one")
    assert note.amended[0][1] == "the adapter was never fed"
    assert {entry.kind for entry in store.entries(run=RUN)} >= {EntryKind.LAUNCH, EntryKind.END, EntryKind.ALARM}


def test_unknown_kinds_are_kept() -> None:
    (kept,) = folded(story()).facts_of_kind("hologram")
    assert kept.data == {"anything": [1, {"deep": None}]}


def test_a_word_from_the_supervisor_beats_an_outsiders_lost() -> None:
    stated = [*story(), fact("exit", RUN, 25, attempt=1, status="LOST", cause="both gone")]
    assert folded(stated).run(RUN).status is Status.DONE


def test_references_by_name_end_of_id_and_age() -> None:
    store = folded([*story(), fact("run", "01M7WK7KW3MQD68S1SCZ79CS09", 99, name="one")])
    assert store.resolve("one").id.endswith("09")
    assert store.resolve("one~1").id == RUN
    assert store.resolve("cs02").id == CHILD
    with pytest.raises(NotFoundError, match="No untainted result"):
        store.resolve("@best:auc")
    untainted = folded([item for item in story() if item.kind != "retract"])
    assert untainted.resolve("@best:auc").id == RUN
    with pytest.raises(NotFoundError, match="could be any of"):
        store.resolve("01M7WK")
    with pytest.raises(NotFoundError, match="Did you mean one"):
        store.resolve("onne")


def test_curves_join_small_chunks_and_keep_every_point() -> None:
    store, key = Store.in_memory(), SeriesKey(RUN, "", "loss")
    values = np.arange(10_000, dtype=np.float64) / 7
    values[17] = np.nan
    steps = np.arange(10_000, dtype=np.int64) - 5
    with store.writing():
        at = 0
        while at < 10_000:
            end = min(at + 313, 10_000)
            store.append_series(key, "file", 0, steps[at:end], values[at:end] * 2, values[at:end])
            at = end
    data = store.series(key)
    assert data is not None
    np.testing.assert_array_equal(data.values, values)
    np.testing.assert_array_equal(data.steps, steps)
    assert store.connection.execute("SELECT count(*) FROM chunks").fetchone()[0] <= 4
    with store.writing():
        store.purge_series(RUN, "file", 9_000)
    assert store.series_list(RUN)[0].n == 9_005


@pytest.mark.parametrize("known", [0, 1, 4_069, 4_070, 8_000, 9_999, 10_000])
def test_the_end_of_a_curve_is_read_without_its_beginning(known: int) -> None:
    store = Store.in_memory()
    key = SeriesKey(RUN, "", "loss")
    steps = np.arange(10_000, dtype=np.int64)
    with store.writing():
        for at in range(0, 10_000, 313):
            part = steps[at : at + 313]
            store.append_series(key, "file", 0, part, part * 2.0, part * 3.0)
    read = store.series_on(key, known)
    assert read is not None
    before, data = read
    assert before < known or before == 0
    np.testing.assert_array_equal(data.steps, steps[before:])
    np.testing.assert_array_equal(data.values, 3.0 * steps[before:])
    if known > 9_000:
        assert len(data.steps) < 5_000
    with store.writing():
        store.append_series(key, "file", 1, steps[:5], steps[:5] * 1.0, steps[:5] * 1.0)
    again = store.series_on(key, known)
    assert again is not None
    assert again[0] == 0
    assert len(again[1].steps) == 10_005
    assert store.series_on(SeriesKey(RUN, "", "none"), 0) is None


def test_a_journal_of_a_newer_version_is_refused_and_not_touched(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    store = Store.open(journal)
    store.connection.execute("PRAGMA user_version = 99")
    store.close()
    before = journal.database.read_bytes()
    with pytest.raises(NewerJournalError, match="newer labjournal"):
        Store.open(journal)
    assert journal.database.read_bytes() == before
    journal.identity.write_text('{"v": 2, "id": "x"}')
    with pytest.raises(NewerJournalError, match="Nothing was touched"):
        paths.find_or_make(tmp_path)


def test_a_database_of_an_older_version_is_brought_to_what_facts_fold_to_now(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    store = Store.open(journal)
    with store.writing():
        store.fold(story())
    for later in ("TRIGGER chunks_changed", "TRIGGER chunks_gone", "TABLE overviews", "TABLE pivots"):
        store.connection.execute(f"DROP {later}")
    store.connection.execute("PRAGMA user_version = 4")
    store.close()
    assert dump(Store.open(journal)) == dump(folded(story()))


def test_a_word_about_a_finding_takes_no_mark_off_the_results() -> None:
    alarm = fact("finding", RUN, 20, rule="no_grad", level="alarm", subject="head", step=3, message="x")
    stated = [*story(), alarm, fact("retract", None, 80, on=[RUN], why="wrong labels")]
    found = folded(stated).findings(RUN)[0].id
    ack = fact("ack", None, 81, finding=found, why="known")
    store = folded(stated, [ack])
    assert all(result.taint for result in store.results(include_unassigned=True, include_dismissed=True))
    assert dump(store) == dump(folded([*stated, ack]))


def test_a_broken_database_says_how_to_rebuild_it(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    journal.database.write_bytes(b"this is no database, and long enough to be noticed as such" * 40)
    with pytest.raises(JournalUnavailableError, match="labjournal reindex"):
        Store.open(journal)


def test_a_run_is_watched_when_one_of_its_processes_is() -> None:
    stated = [item for item in story() if item.run == RUN]
    worker = fact("watch_state", RUN, 5, state="watched")
    parent = fact("watch_state", RUN, 6, state="not watched", because="nothing was trained")
    assert folded([*stated, worker, parent]).run(RUN).watch == "watched"


def test_a_run_is_watched_partly_when_checks_have_failed_and_not_at_all_when_the_watch_could_not_start() -> None:
    stated = [item for item in story() if item.run == RUN and item.kind != "watch_state"]
    state = fact("watch_state", RUN, 5, state="watched")
    failed = [fact("watch_off", RUN, 6 + at, because=f"{rule} failed: …", rules=[rule]) for at, rule in enumerate("ab")]
    whole = fact("watch_off", RUN, 8, because="no torch")
    assert folded([*stated, state, failed[0]]).run(RUN).watch == "partly: a failed: …"
    assert folded([*stated, state, *failed]).run(RUN).watch == "partly: b failed: … (and 1 more)"
    assert folded([*stated, state, whole, *failed]).run(RUN).watch == "partly: no torch"
    assert folded([*stated, whole]).run(RUN).watch == "not watched: no torch"


@pytest.mark.parametrize(
    ("stated", "stepped", "kind"),
    [
        ({"kind": "validate", "kind_from": "command"}, True, "train"),
        ({"kind": "other", "kind_from": "command"}, True, "train"),
        ({"kind": "validate", "kind_from": "command"}, False, "validate"),
        ({"kind": "toy", "kind_from": "command"}, True, "toy"),
        ({"kind": "validate", "kind_from": "stated"}, True, "validate"),
        ({"kind": "validate", "kind_from": "command", "validates": {"run": CHILD}}, True, "validate"),
        ({"kind": "other"}, True, "other"),
    ],
)
def test_a_run_whose_kind_was_guessed_is_a_training_once_an_optimizer_steps(
    stated: dict[str, object], stepped: bool, kind: str
) -> None:
    told = [fact("run", RUN, 0, name="copymem_test-1", **stated), fact("attempt", RUN, 1, n=1, pid=7)]
    if stepped:
        told.append(fact("settings", RUN, 2, source="optimizer", values={"SGD.lr": 0.1}))
    assert folded(told).run(RUN).kind == kind


def test_the_step_of_a_run_is_what_the_watch_counted_where_its_curves_end_before() -> None:
    store = folded([fact("run", RUN, 0, name="one"), fact("watch_end", RUN, 9, steps=1500)])
    with store.writing():
        steps = np.array([1, 70])
        store.append_series(SeriesKey(RUN, "watch", "loss"), "file", 0, steps, steps * 1.0, steps * 1.0)
        store.fold([fact("attempt", RUN, 1, n=1, pid=7)])
    assert store.run(RUN).step == 1500


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["env", "PYTHONPATH=..", "python", "train.py"], "the command sets PYTHONPATH"),
        (["bash", "-c", "PYTHONPATH=. python train.py"], "the command sets PYTHONPATH"),
        (["./train.sh"], "no sign of life"),
    ],
)
def test_a_run_that_left_the_watch_out_is_told_how(command: list[str], says: str) -> None:
    told = [
        fact("run", RUN, 0, name="one", command=command),
        fact("attempt", RUN, 1, n=1, pid=7),
        fact("exit", RUN, 20, attempt=1, status="DONE", exit_code=0),
    ]
    watch = folded(told).run(RUN).watch
    assert watch.startswith("not watched: ")
    assert says in watch
