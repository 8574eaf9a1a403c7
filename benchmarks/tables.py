"""Tables: the newest rows of many runs, all values pivoted, and the diary on paper.

    python benchmarks/tables.py

CPU of this process, best of several; the peer of the first two is hand-written SQL over the same index.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from labjournal import facts
from labjournal.compare import Selection, build_table
from labjournal.config import Config
from labjournal.export.diary_markdown import export
from labjournal.export.entry_words import Book
from labjournal.follower import Follower
from labjournal.paths import JournalPaths
from labjournal.reimport import carried, fold_back, taking
from labjournal.store import Store
from labjournal.store.pivot import pivot

RUNS, RESULTS = 10_000, 10
ENTRIES, EXPORTED = 1_000, 5_000
DATASETS = {"1:1": "a41f" * 16, "1:10": "77c0" * 16}
STAMP = 1.79e9


def stated(runs: int, results: int) -> Iterator[facts.Fact]:
    """Runs with results of half as many checkpoints on two data sets."""
    for i in range(runs):
        t = STAMP + 3600 * i
        run = facts.new_ulid(t)
        data = {"name": f"run-{i}", "kind": "train", "command": ["python", "train.py"], "settings": {"lr": i % 7}}
        yield facts.Fact(run, facts.now_iso(t), "run", "box", "ada", run, data)
        for k in range(results):
            name = list(DATASETS)[k % 2]
            said = {
                "subject": {"run": run, "step": 100 * (k // 2)},
                "measured_by": run,
                "dataset": {"name": name, "hash": DATASETS[name]},
                "options": {"numeric": "on"},
                "metrics": {"loss": 0.1 + 0.0001 * (37 * i % 991)},
                "counts": {"labels": ["background", "signal"], "matrix": _matrix(results * i + k)},
                "role": "validation",
                "how": "stated",
            }
            yield facts.Fact(facts.new_ulid(t + k), facts.now_iso(t + k), "result", "box", "ada", run, said)


def _matrix(i: int) -> list[list[int]]:
    """Counts of 1,000 events, hardly ever the same twice: what is kept of one result is of no use to the next."""
    missed, false = 7919 * i % 211, 6007 * i % 223
    return [[500 - false, false], [missed, 500 - missed]]


def notes(n: int) -> Iterator[facts.Fact]:
    for i in range(n):
        t = STAMP + 1800 * i
        data = {"kind": "note", "text": f"Note {i}: the *loss* fell, see [the plot](plots/{i}.svg).", "on": []}
        yield facts.Fact(facts.new_ulid(t), facts.now_iso(t), "entry", "box", "ada", None, data)


def folded(path: Path, *parts: Iterator[facts.Fact]) -> Store:
    store = Store.at(path, JournalPaths(path.parent / ".labjournal"))
    with store.writing():
        store.fold([fact for part in parts for fact in part])
    return store


def cpu_ms(call: Callable[[], object], repeats: int = 5) -> float:
    best = float("inf")
    for _ in range(repeats):
        begin = time.process_time()
        call()
        best = min(best, time.process_time() - begin)
    return 1e3 * best


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        store = folded(place / "journal.db", stated(RUNS, RESULTS))
        rows = cpu_ms(lambda: build_table(store, Selection(limit=100), Config()))
        by_hand = cpu_ms(lambda: store.connection.execute(_NEWEST).fetchall())
        print(
            f"{RUNS:,} runs, {RUNS * RESULTS:,} results, first 100 rows: {rows:.1f} ms; their JSON by SQL {by_hand:.1f}"
        )
        turned = cpu_ms(lambda: pivot(store.connection, "loss"))
        sql = cpu_ms(lambda: store.connection.execute(_PIVOT, tuple(DATASETS.values())).fetchall())
        listed = cpu_ms(lambda: pivot(store.connection, "loss").rows)
        print(
            f"{RUNS * RESULTS:,} results pivoted: {turned:.1f} ms, as rows {listed:.1f}; by SQL {sql:.1f}; "
            f"ratio {turned / sql:.2f}, {listed / sql:.2f}"
        )
        diary = folded(place / "diary.db", stated(EXPORTED // 5, 5), notes(ENTRIES))
        spent = cpu_ms(lambda: export(diary, Config(), place / "entries", place, force=True), 2)
        days = sorted((place / "entries").glob("*.md"))
        begin = time.process_time()
        book, journal = Book(diary, Config()), JournalPaths(place / ".labjournal")
        taken = [fold_back(path, path.read_text("utf-8"), book, journal) for path in days]
        back = time.process_time() - begin
        assert not any(one.amended or one.added or one.refused for one in taken)
        print(
            f"{ENTRIES:,} notes and {EXPORTED:,} results exported: {spent / 1e3:.2f} s; "
            f"{len(days)} files taken back, nothing to change: {back:.2f} s"
        )
        new = JournalPaths(place / "new" / ".labjournal")
        begin = time.process_time()
        told = [(path, one) for path in days if (one := carried.read(path, path.read_text("utf-8"))) is not None]
        taking.state(taking.taken(told, new, set(), []), new)
        follower = Follower.open(new)
        follower.catch_up(with_curves=False)
        assert len(follower.store.results()) == EXPORTED
        print(f"taken into an empty journal: {time.process_time() - begin:.2f} s")
    return 0


_NEWEST = "SELECT data FROM results WHERE role = 'validation' ORDER BY subject DESC LIMIT 100"
_PIVOT = """SELECT subject, step, max(CASE WHEN dataset = ? THEN value END), max(CASE WHEN dataset = ? THEN value END)
FROM metric_values WHERE metric = 'loss' GROUP BY subject, step"""

if __name__ == "__main__":
    sys.exit(main())
