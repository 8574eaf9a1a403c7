"""A machine that sleeps is noticed by its clocks."""

from __future__ import annotations

from pathlib import Path

from labjournal import facts, machine
from labjournal.launchers.sleep import Sleep
from labjournal.machine import Clocks
from labjournal.paths import RunPaths


class Sleeper:
    """The machine of this test, with clocks that can be set."""

    def __init__(self) -> None:
        self.awake, self.asleep = 100.0, 0.0

    def __getattr__(self, name: str) -> object:
        return getattr(machine, name)

    def read_clocks(self) -> Clocks:
        return Clocks(0.0, self.awake, self.awake + self.asleep)


def test_each_sleep_is_one_notice_with_its_length_and_jitter_is_none(tmp_path: Path) -> None:
    run, sleeper = RunPaths(tmp_path / facts.new_ulid()), Sleeper()
    sleep = Sleep(run, 1, sleeper)  # type: ignore[arg-type]  # Sleeper passes everything else on
    for awake, asleep in ((3.0, 0.2), (6.0, 3600.2), (9.0, 3600.4), (12.0, 3700.4)):
        sleeper.awake, sleeper.asleep = 100.0 + awake, asleep
        sleep.look()
    stated = [fact for path in run.facts.iterdir() for _, fact in facts.read(path)[0] if fact is not None]
    assert [fact.data["evidence"]["suspended_s"] for fact in sorted(stated, key=lambda fact: fact.t)] == [3600.0, 100.0]
    assert {(fact.kind, fact.data["rule"], fact.data["level"]) for fact in stated} == {
        ("finding", "machine_suspended", "notice")
    }


def test_the_clocks_of_this_machine_tell_of_no_sleep_between_two_looks(tmp_path: Path) -> None:
    run = RunPaths(tmp_path / facts.new_ulid())
    sleep = Sleep(run, 1, machine)
    sleep.look()
    assert not run.facts.exists()
