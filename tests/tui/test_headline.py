"""Sentences about a run are made by rules: the worst news first, numbers with what they need."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from labjournal.model import Checkpoint, Finding, Level, Run, RunKind, Status
from labjournal.store.saved import Overwriting
from labjournal.tui.glyphs import UNICODE
from labjournal.tui.headline import end_words, sentences, step_words
from labjournal.tui.panels import CurveBook, short_modules, step_saved
from labjournal.tui.reading_run import Measured, RunView
from labjournal.tui.run_panes import Seen, checkpoints, headline
from labjournal.tui.text import plain_text
from labjournal.tui.widgets.curve import Curve

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BEGAN = NOW - timedelta(hours=2)


def run(status: Status = Status.RUNNING, **more: object) -> Run:
    base = {"id": "01", "name": "v4", "kind": RunKind.TRAIN, "status": status, "created_at": BEGAN, "watch": "watched"}
    return Run(**{**base, **more})  # type: ignore[arg-type]


def view(of: Run, findings: tuple[Finding, ...] = (), measured: tuple[Measured, ...] = ()) -> RunView:
    return RunView(of, None, findings, (), measured, ())


def finding(level: Level = Level.ALARM, **more: object) -> Finding:
    base = {
        "id": "f",
        "run": "01",
        "rule": "no_update",
        "level": level,
        "subject": "nfa",
        "step": 2,
        "message": "The numeric branch does not learn.",
        "evidence": {},
        "remedy": None,
        "caused_by": None,
        "first_seen": NOW,
    }
    return Finding(**{**base, **more})  # type: ignore[arg-type]


LOSS = ("train/loss", NOW.timestamp() + np.array([-7200.0, -3700.0, 0.0]), np.array([3.0, 0.251, 0.236]))


def said(of: RunView, now: datetime, loss: Any) -> str:
    return " ".join(sentences(of, now, loss))


def test_a_sentence_that_does_not_fit_gives_way_as_a_whole() -> None:
    measured = Measured("2200", "1:1", 1000, "accuracy", "0.908", "[.888 .924]", None)
    long = finding(message="The numeric branch of the network, all of it, does not learn, and has not from the start.")
    seen = Seen(view(run(), (long,), (measured,)), CurveBook(UNICODE), UNICODE, NOW)
    narrow = [plain_text(line).strip() for line in headline.lines(seen, 60)]
    assert narrow[1:] == [
        "The numeric branch of the network, all of it, does not",
        "learn, and has not from the start.",
    ]
    assert "0.908 [.888 .924] at 2200." in " ".join(plain_text(line) for line in headline.lines(seen, 120))


def test_the_worst_news_comes_before_the_loss_and_the_result() -> None:
    measured = Measured("2200", "1:1", 1000, "accuracy", "0.908", "[.888 .924]", None)
    told = said(view(run(), (finding(),), (measured,)), NOW, LOSS)
    assert told == (
        "The numeric branch does not learn. train/loss 0.236, an hour before 0.251. "
        "Accuracy on 1:1 0.908 [.888 .924] at 2200."
    )


def test_a_failure_names_its_cause() -> None:
    assert said(view(run(Status.FAILED, cause="exit code 1, out of memory")), NOW, None).startswith(
        "Failed: exit code 1, out of memory."
    )


def test_not_looked_at_is_not_healthy() -> None:
    assert "Not watched: because of docker." in said(view(run(watch="not watched: because of docker")), NOW, None)


def test_a_run_without_its_supervisor_says_what_that_means() -> None:
    told = said(view(run(cause="unsupervised")), NOW, None)
    assert told == "Unsupervised: its supervisor is gone. It goes on, but nobody will write down how it ends."
    assert said(view(run(cause="stopping")), NOW, None) == "Stopping."


def test_an_acknowledged_finding_and_a_notice_are_no_news() -> None:
    quiet = (finding(acknowledged="known"), finding(Level.NOTICE))
    assert "does not learn" not in said(view(run(), quiet), NOW, LOSS)


def test_retracted_results_are_no_claim() -> None:
    measured = Measured("2200", "1:1", 1000, "accuracy", "0.908", "[.888 .924]", "retracted: placebo")
    told = said(view(run(Status.DONE, retracted="placebo"), (), (measured,)), NOW, None)
    assert told == "Retracted: placebo. Results: all retracted."


def test_nothing_is_said_as_nothing() -> None:
    assert said(view(run()), NOW, None) == "Nothing was written yet."
    assert said(view(run(Status.DONE)), NOW, None) == "It wrote no curves and no results."


def test_the_end_has_a_spread_and_is_not_guessed_early() -> None:
    steps = np.arange(0, 3001, 10.0)
    walls = NOW.timestamp() - 3000 + steps
    planned = run(planned_steps=9000, step=3000)
    assert step_words(planned) == "step 3,000 of 9,000"
    end = (NOW + timedelta(seconds=6000)).astimezone()
    assert end_words(planned, steps, walls, NOW, short=False) == f"ends about {end:%H:%M} ± 1 min"
    assert end_words(planned, steps, walls, NOW, short=True) == f"ends ~{end:%H:%M}"
    young = run(planned_steps=9000, step=10)
    assert end_words(young, steps[:2], walls[:2], NOW, short=True) == "end: cannot tell yet"
    assert end_words(run(), steps, walls, NOW, short=True) == ""
    ended = run(Status.DONE, started_at=BEGAN, ended_at=NOW)
    assert end_words(ended, steps, walls, NOW, short=True) == "took 2 h 0 min"


@pytest.mark.parametrize(
    ("settings", "step", "told"),
    [
        ({"steps": "9000"}, 3000, "step 3,000 of 9,000"),
        ({"OneCycleLR.total_steps": 9000}, 3000, "step 3,000 of 9,000"),
        ({"planned_steps": 9000, "epochs": 3}, 3000, "step 3,000 of 9,000"),
        ({"steps": 9000, "epochs": 3}, 3000, "step 3,000"),
        ({"steps": 500}, 3000, "step 3,000"),
        ({"warmup_steps": 9000, "steps": True}, 3000, "step 3,000"),
    ],
)
def test_what_was_set_tells_how_far_a_run_is_to_go(settings: dict[str, Any], step: int, told: str) -> None:
    assert step_words(run(settings=settings, step=step)) == told


def test_the_end_is_told_by_the_pace_where_the_curve_counts_epochs_or_has_no_times() -> None:
    planned = run(settings={"max_steps": 9000}, step=3000, started_at=NOW - timedelta(seconds=3000))
    end = (NOW + timedelta(seconds=6000)).astimezone()
    epochs = np.arange(1.0, 6.0)
    assert end_words(planned, epochs, NOW.timestamp() + epochs, NOW, short=True) == f"ends ~{end:%H:%M}"
    steps = np.arange(0, 3001, 10.0)
    timeless = end_words(planned, steps, np.full(len(steps), np.nan), NOW, short=False)
    assert timeless == f"ends about {end:%H:%M} at the pace so far"
    young = run(settings={"max_steps": 9000}, step=3000, started_at=NOW - timedelta(seconds=10))
    assert end_words(young, epochs, epochs, NOW, short=True) == "end: cannot tell yet"


def test_a_checkpoint_that_another_run_wrote_over_names_that_run_at_every_width() -> None:
    own = Checkpoint("01", "out/model.pt", "a", 300, 1000, BEGAN, current=True)
    by = Overwriting("02", "second", "b", NOW)
    shown = replace(view(run()), checkpoints=(own,), overwritten={"out/model.pt": by})
    seen = Seen(shown, CurveBook(UNICODE), UNICODE, NOW)
    for width in (58, 78, 118):
        (line,) = checkpoints.lines(seen, width)[1:]
        assert "overwritten by second" in plain_text(line)
        assert "…" not in plain_text(line) or width < 60
        assert len(plain_text(line)) <= width
    assert checkpoints.words(seen).endswith("1 file overwritten since, by second.")


def test_a_checkpoint_whose_name_counts_something_else_is_marked_where_it_was_saved() -> None:
    at = BEGAN.timestamp()
    curve = Curve(np.arange(24, 744, 24), np.ones(30), at + np.arange(30.0))
    saved = Checkpoint("01", "out/ckpt_005.pt", "a", 5, 1000, BEGAN + timedelta(seconds=4.5), current=True)
    assert step_saved(saved, curve) == 120
    assert step_saved(replace(saved, path="out/step_5.pt"), curve) == 5
    assert step_saved(replace(saved, written_at=BEGAN - timedelta(1)), curve) is None


def test_what_is_not_identified_is_no_name_of_data() -> None:
    measured = Measured("—", "not identified", None, "accuracy", "0.935", "", None, identified=False)
    assert "Accuracy 0.935, on data not identified." in said(view(run(), measured=(measured,)), NOW, None)


def test_a_number_alone_is_no_name_of_a_module() -> None:
    assert list(short_modules(["m.0", "m.3", "m.6"]).values()) == ["m.0", "m.3", "m.6"]
    assert list(short_modules(["net.layers.0.q", "net.layers.1.q"]).values()) == ["layers.0.q", "layers.1.q"]
    assert list(short_modules(["model.lora.q", "model.lora.v"]).values()) == ["q", "v"]
