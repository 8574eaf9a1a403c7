"""What the demo does, in which order: train with a fault, see the alarm, mend, train again, validate, compare."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from labjournal.demo import telling
from labjournal.demo.telling import Json
from labjournal.demo.verbs import Say, Verbs
from labjournal.demo.workplace import FIX, Workplace
from labjournal.errors import JournalError

FAULTY, MENDED = "late-adapter", "adapter-first"
DATASETS = ("1:1", "1:10")
TEMPLATE = ("validate.py", "--checkpoint", "{checkpoint}", "--data", "{dataset}", "--numeric", "{numeric}")
PATIENCE_S = 600.0
"""A machine may have other work; idle, the longest wait is 40 s."""
BUG = "The adapter is attached after the optimizer was built, so the optimizer never holds it."
TAG = "v0.1"

Progress = Callable[[str], None]


def tell_story(workplace: Workplace, say: Say, progress: Progress) -> None:
    """Do the whole main job in a workplace that was made.

    Args:
        workplace: its folder becomes the journal's project.
        say: takes each line for the reader.
        progress: takes short words on what is being waited for.

    Raises:
        JournalError: a verb failed, or something did not happen in time. Runs still going are stopped first.
    """
    verbs = Verbs(workplace.folder, workplace.environment(), say)
    verbs.quietly("init", ".")
    try:
        _Story(workplace, verbs, say, progress).tell()
    except BaseException:
        _stop_all(verbs)
        raise


def _stop_all(verbs: Verbs) -> None:
    """End what was launched, what still waits first: a demo that was given up leaves nothing behind."""
    for status in ("QUEUED", "RUNNING"):
        for run in verbs.ask("ls"):
            if run["status"] == status:
                with suppress(JournalError):  # it ended by itself meanwhile
                    verbs.quietly("stop", run["id"])


class _Story:
    def __init__(self, workplace: Workplace, verbs: Verbs, say: Say, progress: Progress) -> None:
        self._workplace = workplace
        self._verbs = verbs
        self._say = say
        self._progress = progress
        self._python = workplace.python()

    def tell(self) -> None:
        self._run_to_end("make-data", "cut 1,797 scanned digits into sets", "make_data.py")
        self._heading("1. A training run with a fault that no loss curve shows")
        faulty = self._launch(FAULTY, "does the numeric branch help the text?", "train.py")
        self._tell_alarm(faulty)
        self._say("  One would stop it here. It goes on, to see where it would have ended.")
        self._wait(faulty)
        self._say("")
        self._verbs.show("note", BUG, "--kind", "bug", "--on", FAULTY)

        self._heading("2. A commit mends it, and a second run starts")
        self._say(f"$ git commit -m {FIX!r}")
        for line in self._workplace.mend().splitlines():
            self._say(f"  {line}")
        self._say("")
        mended = self._launch(MENDED, "optimizer built after the adapter: same settings, same seed", "train.py")
        self._wait(mended)
        self._say(telling.health(self._run(mended), self._verbs.ask("checks", mended)))
        self._say("")

        self._heading("3. Three checkpoints of each run, on two data sets, with the numeric input on and off")
        self._validate_all()
        for name in (FAULTY, MENDED):
            table = self._table(name)
            self._say(f"{name}, last checkpoint:")
            if name == FAULTY:
                self._tell(telling.final_accuracy(self._table(name, "--dataset", DATASETS[0])))
            self._tell(telling.numeric_on_off(table))
            self._say("")

        self._heading("4. What was wrong is said, and stays said")
        why = "the adapter was never trained: it was attached after the optimizer was built"
        self._verbs.show("retract", "--on", FAULTY, "--why", why)
        self._verbs.show("tag", TAG, MENDED, "-m", "First run whose numeric branch learns")
        self._verbs.show("compare", "main")

        self._heading("5. The diary, and the app")
        self._verbs.show("export")
        self._verbs.show("tui", "--once")
        self._tell_where()

    def _heading(self, text: str) -> None:
        self._say(text)
        self._say("─" * len(text))

    def _tell(self, lines: list[str]) -> None:
        for line in lines:
            self._say(line)

    def _launch(self, name: str, reason: str, script: str) -> str:
        (run,) = self._verbs.launch("run", "-n", name, "-m", reason, "--", self._python, script)
        return run

    def _run_to_end(self, name: str, reason: str, script: str) -> None:
        launched = self._verbs.ask("run", "-n", name, "-m", reason, "--", self._python, script)
        self._wait(launched["id"])
        self._tell([line.strip() for line in self._verbs.quietly("logs", launched["id"]).splitlines()])
        self._say("")

    def _run(self, run: str) -> Json:
        return next(row for row in self._verbs.ask("ls") if row["id"] == run)

    def _tell_alarm(self, run: str) -> None:
        """Wait for the first alarm of a run and tell it. Raises JournalError when it ends without one."""
        self._progress(f"{FAULTY} trains")
        for _ in self._ticks(0.3):
            ended = self._has_ended(run)
            alarms = [finding for finding in self._verbs.ask("checks", run) if finding["level"] == "alarm"]
            if alarms:
                self._tell(telling.alarm(self._run(run), alarms[0]))
                return
            if ended:
                break
        self._check_end(run)
        raise JournalError(f"{FAULTY} raised no alarm.", f"labjournal show {run}")

    def _has_ended(self, run: str) -> bool:
        return (self._workplace.folder / ".labjournal" / "runs" / run / "exit.json").exists()

    def _wait(self, run: str) -> None:
        """Wait for the end of a run. Raises JournalError when it failed or takes too long."""
        for _ in self._ticks(0.05):
            if self._has_ended(run):
                break
        self._check_end(run)

    def _check_end(self, run: str) -> None:
        row = self._run(run)
        if row["status"] != "DONE":
            log = self._verbs.quietly("logs", run)
            raise JournalError(f"{row['name']} ended {row['status']}: {row['cause']}\n{log[-2000:]}")

    def _ticks(self, every_s: float) -> Iterator[None]:
        """Come back every so often. Raises JournalError when it goes on for too long."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            yield
            time.sleep(every_s)
        raise JournalError(f"Nothing happened for {PATIENCE_S:.0f} s.", f"Look into {self._workplace.folder}")

    def _validate_all(self) -> None:
        """Launch the validations of both runs; those of one run wait for each other, so two go on at a time."""
        words = ("--dataset", "1:1", "--dataset", "1:10", "--option", "numeric=on", "--option", "numeric=off")
        first = self._verbs.launch("validate", f"{FAULTY}:all", *words, "--", self._python, *TEMPLATE)
        second = self._verbs.launch("validate", f"{MENDED}:all", *words)
        waiting = [*first, *second]
        for _ in self._ticks(0.1):
            done = sum(map(self._has_ended, waiting))
            self._progress(f"{done} of {len(waiting)} validated")
            if done == len(waiting):
                break
        for run in waiting:
            self._check_end(run)
        self._say("")

    def _table(self, name: str, *more: str) -> Json:
        words = ("compare", name, "--at", "last", "--metric", "accuracy", *more)
        table: Json = self._verbs.ask(*words)
        return table

    def _tell_where(self) -> None:
        folder = self._workplace.folder
        self._say("")
        pages = sorted(path.relative_to(folder) for path in Path(folder, "entries").rglob("*.md"))
        self._say(f"The diary:    {', '.join(str(folder / page) for page in pages)}")
        self._say(f"The git tag:  {TAG} ({self._workplace.git('rev-parse', '--short', f'{TAG}^{{commit}}').strip()})")
        self._say(f"The app:      labjournal -C {folder}")
        self._say("Your script:  labjournal run -- python train.py")
