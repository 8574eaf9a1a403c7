"""Event files that are silent for a while are looked at less often, but every one of them is."""

from __future__ import annotations

from pathlib import Path

import pytest

from journal_files import CREATED, EventWriter, add_facts, make_run
from labjournal import paths
from labjournal.follower import Follower
from labjournal.follower.silent_files import DROWSY_LOOKS, DROWSY_TURNS
from labjournal.model import SeriesKey


@pytest.mark.parametrize("live", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("files", [1, 3])
def test_a_silent_file_is_read_soon_after_it_grows_however_many_runs_live(
    tmp_path: Path, live: int, files: int
) -> None:
    journal = paths.find_or_make(tmp_path)
    writers = []
    for number in range(live):
        run = make_run(journal, f"run {number}", ended=False)
        for file in range(files):
            writer = EventWriter(journal.project / "logs" / run.id / f"part{file}" / "events.out.tfevents.1")
            add_facts(run, ("event_file", {"path": str(writer.path)}), at=CREATED + file)
            writers.append((run.id, file, writer))
    for _, file, writer in writers:
        writer.add(f"loss{file}", 0, 1.0)
    follower = Follower.open(journal)
    follower.catch_up()
    for _ in range(DROWSY_LOOKS + 5):
        follower.turn()
    for _, file, writer in writers:
        writer.add(f"loss{file}", 1, 0.5)
    for _ in range(DROWSY_TURNS):
        follower.turn()
    for run_id, file, _ in writers:
        names = [info.key for info in follower.store.series_list(run_id) if info.key.tag == f"loss{file}"]
        assert len(names) == 1
        data = follower.store.series(SeriesKey(run_id, names[0].folder, names[0].tag))
        assert data is not None
        assert data.steps.tolist() == [0, 1]
    follower.close()


def test_another_file_in_a_silent_ones_place_is_noticed_though_a_neighbour_wakes_often(tmp_path: Path) -> None:
    journal = paths.find_or_make(tmp_path)
    run = make_run(journal, ended=False)
    folders = [journal.project / "logs" / part for part in ("often", "silent")]
    often, silent = (EventWriter(folder / "events.out.tfevents.1") for folder in folders)
    for number, writer in enumerate((often, silent)):
        add_facts(run, ("event_file", {"path": str(writer.path)}), at=CREATED + number)
    often.add("often", 0, 1.0)
    silent.add("silent", 0, 1.0)
    silent.close()
    follower = Follower.open(journal)
    follower.catch_up()
    for _ in range(DROWSY_LOOKS + 5):
        follower.turn()
    anew = EventWriter(folders[1] / "anew")
    anew.add("silent", 7, 1.0)
    anew.close()
    anew.path.replace(silent.path)
    for step in range(1, 10):
        often.add("often", step, 1.0)
        for _ in range(DROWSY_LOOKS + DROWSY_TURNS):
            follower.turn()
    key = next(info.key for info in follower.store.series_list(run.id) if info.key.tag == "silent")
    data = follower.store.series(key)
    assert data is not None
    assert data.steps.tolist() == [7]
    follower.close()
