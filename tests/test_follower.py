"""From files to the index: whole, in pieces, by several followers at once, and again from nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event, SessionLog

from journal_files import CREATED, EventWriter, add_facts, make_run
from labjournal import facts, machine, paths
from labjournal.follower import Follower, reindex
from labjournal.launchers import records, restart
from labjournal.model import Role, SeriesKey, Status
from labjournal.paths import JournalPaths
from labjournal.scheduler import view
from labjournal.store import Store
from test_store import dump

REPORT = """\
Validation on 1:1
              precision    recall  f1-score   support

  background     0.9000    0.9000    0.9000       100
      signal     0.9000    0.9000    0.9000       100

    accuracy                         0.9000       200
   macro avg     0.9000    0.9000    0.9000       200
weighted avg     0.9000    0.9000    0.9000       200
"""


@pytest.fixture
def journal(tmp_path: Path) -> JournalPaths:
    return paths.find_or_make(tmp_path)


def follow(journal: JournalPaths) -> Follower:
    follower = Follower.open(journal)
    follower.catch_up()
    return follower


def curve(follower: Follower, run: str, folder: str, tag: str) -> list[tuple[int, float]]:
    data = follower.store.series(SeriesKey(run, folder, tag))
    return [] if data is None else list(zip(data.steps.tolist(), data.values.tolist(), strict=True))


def test_an_ended_run_is_read_whole_and_sealed(journal: JournalPaths) -> None:
    run = make_run(journal, "one", log="hello\n")
    writer = EventWriter(journal.project / "runs" / "exp" / "events.out.tfevents.1")
    add_facts(run, ("event_file", {"path": str(writer.path), "logdir": str(writer.path.parent)}))
    for step in range(5):
        writer.add("loss", step, 1 / (step + 1))
    writer.close()
    follower = follow(journal)
    assert follower.store.run(run.id).status is Status.DONE
    assert [step for step, _ in curve(follower, run.id, "", "loss")] == [0, 1, 2, 3, 4]
    assert follower.store.run(run.id).step == 4
    assert follower.store.sealed(2) == {run.id}
    assert not follower.turn()


def test_curves_are_named_by_the_folder_of_the_first_event_file(journal: JournalPaths) -> None:
    run = make_run(journal)
    base = journal.project / "logs" / "fit" / "20260101"
    for split in ("train", "validation"):
        writer = EventWriter(base / split / "events.out.tfevents.1")
        add_facts(run, ("event_file", {"path": str(writer.path)}), at=CREATED + (5 if split == "train" else 6))
        writer.add("epoch_loss", 1, 0.5)
        writer.close()
    names = {info.key.name for info in follow(journal).store.series_list(run.id)}
    assert names == {"train/epoch_loss", "validation/epoch_loss"}


def test_a_live_run_grows_and_a_restart_purges_what_it_says(journal: JournalPaths) -> None:
    run = make_run(journal, ended=False)
    writer = EventWriter(run.events / "events.out.tfevents.1")
    follower = follow(journal)
    for step in range(10):
        writer.add("loss", step, float(step))
        follower.catch_up()
    assert len(curve(follower, run.id, "", "loss")) == 10
    start = Event(wall_time=CREATED, step=6, session_log=SessionLog(status=SessionLog.START))
    writer.write(Event(wall_time=CREATED, file_version="brain.Event:2"))
    writer.write(start)
    writer.add("loss", 6, 60.0)
    follower.catch_up()
    assert curve(follower, run.id, "", "loss") == [(s, float(s)) for s in range(6)] + [(6, 60.0)]


def test_a_validation_becomes_a_result_of_its_checkpoint_with_its_data_hashed(journal: JournalPaths) -> None:
    trained = make_run(journal, "trained")
    data = journal.project / "val.csv"
    data.write_text("a,b\n1,2\n")
    subject = {"run": trained.id, "checkpoint": "step_3.pt", "step": 3}
    validates = {**subject, "dataset": "1:1", "options": {"numeric": "on"}}
    run = make_run(journal, "v", kind="validate", log=REPORT, at=CREATED + 100 * 86400 * 365, validates=validates)
    add_facts(run, ("file_opened", {"path": str(data), "size": 8, "mtime": 0}))
    (result,) = follow(journal).store.results(run=trained.id)
    assert result.role is Role.VALIDATION
    assert result.metrics["accuracy"] == 0.9
    assert (result.subject.checkpoint, result.subject.step) == ("step_3.pt", 3)
    assert result.options == {"numeric": "on"}
    assert result.dataset.name == "1:1"
    assert result.dataset.hash is not None
    assert result.sources[0].text is not None


def test_a_report_of_a_training_run_waits_for_a_person(journal: JournalPaths) -> None:
    run = make_run(journal, "t", log=REPORT.replace("Validation on 1:1", ""))
    store = follow(journal).store
    assert store.results(run=run.id) == []
    assert [r.role for r in store.results(run=run.id, include_unassigned=True)] == [Role.UNASSIGNED]


def test_deleting_the_database_loses_nothing(journal: JournalPaths) -> None:
    run = make_run(journal, "t", kind="validate", log=REPORT)
    writer = EventWriter(run.events / "events.out.tfevents.1")
    writer.add("loss", 1, 0.25)
    writer.close()
    facts.append(journal.my_facts, [facts.make("entry", {"kind": "note", "text": "a word"})], lock=True)
    follower = follow(journal)
    before = dump(follower.store)
    points = curve(follower, run.id, "", "loss")
    follower.close()
    counted = reindex.rebuild(journal)
    assert counted.runs == 1
    assert counted.points == 1
    store = Store.open(journal)
    assert dump(store) == before
    follower = Follower.open(journal)
    assert curve(follower, run.id, "", "loss") == points


def test_several_followers_count_nothing_twice(journal: JournalPaths) -> None:
    run = make_run(journal, ended=False)
    writer = EventWriter(run.events / "events.out.tfevents.1")
    done = threading.Event()
    failures: list[BaseException] = []

    def turn() -> None:
        follower = Follower.open(journal)
        try:
            while not done.is_set():
                follower.turn()
            follower.catch_up()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failures.append(error)
        finally:
            follower.close()

    threads = [threading.Thread(target=turn) for _ in range(3)]
    for thread in threads:
        thread.start()
    for step in range(400):
        writer.add("loss", step, float(step))
    done.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert curve(follow(journal), run.id, "", "loss") == [(step, float(step)) for step in range(400)]


def test_a_torn_last_fact_waits_and_a_line_that_is_none_is_reported(journal: JournalPaths) -> None:
    run = make_run(journal, ended=False)
    path = run.facts / "1-watch-h-1-a.jsonl"
    whole = facts.encode(facts.make("event", {"text": "one"}, run.id))
    path.write_bytes(b"this is no fact\n" + whole + whole.replace(b"one", b"two")[:20])
    follower = follow(journal)
    assert [fact.data["text"] for fact in follower.store.run_facts(run.id) if fact.kind == "event"] == ["one"]
    (trouble,) = follower.store.troubled_files()
    assert "no facts" in (trouble.trouble or "")


def test_a_replaced_fact_file_is_read_from_its_start(journal: JournalPaths) -> None:
    run = make_run(journal, ended=False)
    path = run.facts / "1-watch-h-1-a.jsonl"
    path.write_bytes(facts.encode(facts.make("event", {"text": "a" * 200}, run.id)))
    follower = follow(journal)
    path.unlink()
    path.write_bytes(b"".join(facts.encode(facts.make("event", {"text": t}, run.id)) for t in "bcd"))
    follower.catch_up()
    texts = {fact.data["text"] for fact in follower.store.run_facts(run.id) if fact.kind == "event"}
    assert texts >= {"b", "c", "d"}


def test_a_vanished_run_folder_harms_nobody(journal: JournalPaths) -> None:
    run = make_run(journal, ended=False)
    follower = follow(journal)
    for path in sorted(run.folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    run.folder.rmdir()
    make_run(journal, "other", at=CREATED + 5)
    follower.catch_up()
    assert {row.name for row in follower.store.run_rows()} == {"run", "other"}


def test_without_curves_nothing_heavy_is_imported(journal: JournalPaths) -> None:
    import subprocess
    import sys

    run = make_run(journal)
    EventWriter(run.events / "events.out.tfevents.1").add("loss", 1, 1.0)
    code = (
        "import sys; from labjournal.cli import main\n"
        "try: main(['ls', '--json'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy','scipy','torch','git','sqlite_utils','textual','tensorboard','psutil'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=journal.project, check=True, timeout=60)


def test_hyperparameters_in_event_files_become_settings(journal: JournalPaths) -> None:
    from torch.utils.tensorboard.summary import hparams

    run = make_run(journal)
    writer = EventWriter(journal.project / "logs" / "events.out.tfevents.1")
    add_facts(run, ("event_file", {"path": str(writer.path)}))
    _, start, _ = hparams({"lr": 0.5, "model": "mlp"}, {"accuracy": 0.5})
    writer.write(Event(wall_time=CREATED, summary=start))
    writer.add("loss", 1, 0.5)
    writer.close()
    found = follow(journal).store.run(run.id)
    assert found.settings == {"lr": 0.5, "model": "mlp"}
    assert set(found.settings_from.values()) == {"hparams"}


def test_the_lineage_of_a_restart_begins_where_the_second_file_does(journal: JournalPaths) -> None:
    run = make_run(journal)
    for number, steps in enumerate(([1, 2, 3, 4], [3, 4, 5])):
        writer = EventWriter(journal.project / "logs" / f"events.out.tfevents.{number}")
        add_facts(run, ("event_file", {"path": str(writer.path)}), at=CREATED + 5 + number)
        for step in steps:
            writer.add("loss", step, step + number / 10, CREATED + 10 + 100 * number + step)
        writer.close()
    data = follow(journal).store.series(SeriesKey(run.id, "", "loss"))
    assert data is not None
    assert data.steps.tolist() == [1, 2, 3, 4, 3, 4, 5]
    assert data.breaks == (4,)


def test_a_follower_tells_of_what_another_has_folded_before_it(journal: JournalPaths) -> None:
    """Whoever keeps an app open must see what a verb in the next window has taken in meanwhile."""
    first, second = Follower.open(journal), Follower.open(journal)
    try:
        first.catch_up()
        second.catch_up()
        facts.append(journal.my_facts, [facts.make("entry", {"kind": "note", "text": "seen"})])
        assert first.turn().words
        assert second.turn().words
        assert not second.turn()
        run = make_run(journal, "done-meanwhile")
        first.catch_up()
        assert run.id in first.store.sealed(2)
        assert second.turn().runs == {run.id}
        assert not second.turn()
    finally:
        first.close()
        second.close()


def test_a_turn_that_is_bounded_reads_the_living_first_and_the_others_in_pieces(journal: JournalPaths) -> None:
    runs = [make_run(journal, f"v{number}", at=CREATED + number) for number in range(7)]
    make_run(journal, "lives", at=CREATED + 10, ended=False)
    follower = Follower.open(journal, most=3)
    turned = follower.turn()
    assert turned.unfinished
    assert turned.left == 4
    names = {row.name for row in follower.store.run_rows()}
    assert names == {"v0", "v1", "v2", "lives"}
    assert follower.store.runs_listed() is None  # a listing that is not read whole must not be trusted
    assert follower.turn().left == 1
    assert not follower.turn().unfinished
    assert {run.id for run in runs} == follower.store.sealed(2)
    bounded = [row._asdict() for row in follower.store.run_rows()]
    follower.close()
    journal.database.unlink()
    at_once = Follower.open(journal)
    at_once.catch_up()
    assert [row._asdict() for row in at_once.store.run_rows()] == bounded
    at_once.close()


def test_what_a_run_waits_for_is_news_when_it_changes(journal: JournalPaths) -> None:
    claim = restart.claimer(machine)
    run = make_run(journal, "validate-2", kind="validate", ended=False, at=time.time(), launched_by=claim)
    follower = Follower.open(journal)
    follower.catch_up()
    assert follower.store.waiting() == [(run.id, "validate-2", "starting")]
    records.write(run.claim(1), facts.make("claim", {"n": 1, **claim}, run=run.id))
    changed: set[str] = set()
    while run.id not in changed:  # a living process is not asked at every turn
        changed |= follower.turn().runs
    assert follower.store.waiting() == [(run.id, "validate-2", "waits for its turn")]
    follower.close()


def test_every_face_lists_what_waits_outside_of_the_queue(journal: JournalPaths) -> None:
    claim = restart.claimer(machine)
    for name in ("validate-2", "validate-3"):
        run = make_run(journal, name, kind="validate", ended=False, at=time.time(), launched_by=claim)
        records.write(run.claim(1), facts.make("claim", {"n": 1, **claim}, run=run.id))
    outside = follow(journal).store.waiting()
    assert [name for _, name, _ in outside] == ["validate-2", "validate-3"]
    assert [(one.name, one.reason) for one in view.waiting(journal, outside)] == [
        ("validate-2", "waits for its turn"),
        ("validate-3", "waits for its turn"),
    ]
    told = subprocess.run(
        [sys.executable, "-m", "labjournal", "queue"], cwd=journal.project, capture_output=True, text=True, check=True
    )
    assert [line.split()[2] for line in told.stdout.splitlines()] == ["validate-2", "validate-3"]
    assert "Nothing waits" not in told.stderr


def test_a_run_that_began_since_the_queue_was_read_waits_no_more(journal: JournalPaths) -> None:
    run = make_run(journal, "begun", ended=False, at=time.time(), queue={"lane": None})
    outside = follow(journal).store.waiting()
    run.attempts.mkdir(exist_ok=True)
    records.write(run.attempt(1), facts.make("attempt", {"n": 1}, run=run.id))
    assert [name for _, name, _ in outside] == ["begun"]
    assert view.waiting(journal, outside) == []
