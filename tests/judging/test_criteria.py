"""Criteria of stages: read, held against runs, and never guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from folded import Folded
from labjournal.compare.measure import Values
from labjournal.errors import InputError
from labjournal.judging import conditions, criteria
from labjournal.judging.criteria import Outcome, Place
from labjournal.judging.scope import Scope, Unknown
from labjournal.model import Run, SeriesKey


class Bench:
    """Runs with curves, results and findings, and criteria held against them."""

    def __init__(self, folder: Path) -> None:
        self.journal = Folded()
        self._folder = folder

    def run(self, name: str, settings: dict[str, Any] | None = None, status: str = "DONE", **curves: Any) -> str:
        run = self.journal.run(name, settings)
        self.journal.state("attempt", {"n": 1}, run)
        self.journal.state("exit", {"attempt": 1, "status": status, "exit_code": 0}, run)
        for tag, values in curves.items():
            steps = np.arange(1, len(values) + 1)
            with self.journal.store.writing():
                key = SeriesKey(run, "", tag.replace("__", "/"))
                self.journal.store.append_series(key, "f", 0, steps, steps * 1.0, np.array(values, float))
        return run

    def judge(self, text: str, *runs: str, axes: tuple[str, ...] = (), **stages: str) -> Outcome:
        def of_stage(name: str) -> list[Run]:
            if name not in stages:
                raise Unknown(f"stage {name} has not run")
            return [self.journal.store.run(stages[name])]

        found = tuple(self.journal.store.run(run) for run in runs)
        scope = Scope(found, found, frozenset(axes), of_stage)
        return criteria.judge(text, scope, Place(self.journal.store, Values(), lambda run: self._folder / run.name))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


FALLING = [1.23, 1.12, 0.99, 0.88, 0.77]


def test_steps_of_a_curve_and_what_has_no_such_step(bench: Bench) -> None:
    run = bench.run("litmus", loss=FALLING)
    assert bench.judge("loss[5] / loss[1] <= 0.8", run).passed is True
    assert bench.judge("1 - loss[5]/loss[1] >= 0.5", run).passed is False
    nowhere = bench.judge("loss[6] < 1", run)
    assert (nowhere.passed, nowhere.missing) == (None, True)
    assert "its steps go from 1 to 5" in nowhere.sentence


def test_the_extreme_of_a_curve_is_that_of_all_its_points(bench: Bench) -> None:
    run = bench.run("fit", grad_norm=[0.5, 1e-9, 4e3, 0.5], beta=[0.1, 0.4, 0.3])
    assert bench.judge("min(grad_norm) > 1e-6", run).passed is False
    assert bench.judge("max(grad_norm) < 1e3", run).passed is False
    assert bench.judge("max(beta) <= 0.3", run).passed is False
    assert bench.judge("max(beta) <= 0.4 and beta[last] <= 0.3", run).passed is True
    assert "curve grad_norm, min: 1.0e-9" in bench.judge("min(grad_norm) > 1e-6", run).sentence
    broken = bench.run("broken", loss=[1.0, float("nan"), 0.5])
    assert bench.judge("max(loss) < 2", broken).passed is not True
    assert bench.judge("loss[min] < 2", broken).passed is not True
    bench.journal.result(run, {"grad_norm": 0.5}, "batch")
    assert bench.judge("min(grad_norm) > 1e-6", run).passed is False, "a result of the name is one value"


def test_by_an_epoch_one_point_is_enough_and_later_ones_do_not_count(bench: Bench) -> None:
    run = bench.run("overfit", val__loss=[0.9, 0.48, 0.6, 0.4])
    assert bench.judge("val_loss < 0.5 by epoch 2", run).passed is True
    assert bench.judge("val_loss < 0.45 by epoch 3", run).passed is False
    assert bench.judge("val_loss < 0.45 by step 4", run).passed is True


def test_epochs_come_from_their_own_curve(bench: Bench) -> None:
    run = bench.run("overfit", val_loss=[0.9, 0.8, 0.4, 0.3], epoch=[1, 1, 2, 2])
    assert bench.judge("val_loss < 0.5 by epoch 1", run).passed is False
    assert bench.judge("val_loss < 0.5 by epoch 2", run).passed is True


def test_at_every_step_a_nan_is_no_pass(bench: Bench) -> None:
    run = bench.run("a", {"lam": 0.05}, total=[1.05, 2.1], main=[1, 2], aux=[1, 2], bad=[1, float("nan")])
    assert bench.judge("total = main + lam*aux +- 1e-6 at every step", run).passed is True
    assert bench.judge("total = main + 0.06*aux +- 1e-3 always", run).passed is False
    assert bench.judge("bad < 1e3 at every step", run).passed is False


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("beta near 3.10", True),
        ("beta near 3.20 +- 0.05", False),
        ("beta = 3.15 +- 0.05", True),
        ("beta = 3 within 4%", True),
        ("beta within 4% of 3", True),
        ("beta within 0.05 of 3", False),
        ("chi2 between 1 and 10 and beta between 3 and 3.1", True),
        ("chi2 between 2 and 10", False),
        ("chi2 of order 1", True),
        ("chi2 of order 10", False),
        ("chi2 of order 1e7", False),
        ("abs(T) < 1e-6 * max(1, T)", False),
        ("T >= -3 and T <= 0", True),
        ("chi2 of order 1 and beta near 3.20", False),
        ("chi2 of order 1e7 or beta near 3.1", True),
        ("not (beta near 3.2)", True),
        ("not chi2 < 1 and (beta < 1 or beta > 2)", True),
        ("epochs_num == epochs_den", True),
    ],
)
def test_results_and_settings(bench: Bench, text: str, passed: bool) -> None:
    run = bench.run("scan", {"epochs_num": 200, "epochs_den": 200})
    bench.journal.result(run, {"chi2": 1.4, "beta": 3.1, "T": -2.0}, "target")
    assert bench.judge(text, run).passed is passed


def test_a_setting_does_not_answer_for_a_result_of_its_name_that_may_not(bench: Bench) -> None:
    run = bench.run("scan", {"chi2": 1.5})
    assert bench.judge("chi2 < 2", run).passed is True
    result = bench.journal.result(run, {"chi2": 40.0}, role="unassigned")
    unassigned = bench.judge("chi2 < 2", run)
    assert (unassigned.passed, unassigned.missing) == (None, True)
    assert "chi2 was read, but not for what: labjournal log --assign says it" in unassigned.sentence
    bench.journal.state("assign", {"result": result, "role": "validation"})
    assert bench.judge("chi2 < 2", run).passed is False
    bench.journal.state("retract", {"on": [f"r:{result}"], "why": "wrong data"})
    assert bench.judge("chi2 < 2", run).passed is None


def test_a_rate_passes_only_when_it_is_sure(bench: Bench) -> None:
    run = bench.run("a")
    counts = {"labels": ["b", "s"], "matrix": [[46, 4], [4, 46]], "unknown": [0, 0]}
    bench.journal.result(run, None, "1:1", counts=counts)
    unsure = bench.judge("accuracy > 0.9", run)
    assert (unsure.passed, unsure.missing, unsure.value) == (None, False, 0.92)
    assert "not sure enough" in unsure.sentence
    assert bench.judge("accuracy > 0.8", run).passed is True
    assert bench.judge("point(accuracy) > 0.9", run).passed is True


def test_findings_found_and_absent(bench: Bench) -> None:
    run, clean = bench.run("a"), bench.run("b")
    finding = {"rule": "loss_zero", "level": "warning", "subject": "loss", "step": 20, "message": "It is 0."}
    bench.journal.state("finding", {**finding, "evidence": {}, "remedy": None, "caused_by": None}, run)
    assert bench.judge("finding loss_zero", run).passed is True
    assert bench.judge("finding loss_zero by step 10", run).passed is False
    assert bench.judge("no finding loss_zero", run).passed is False
    assert bench.judge("no alarm", run).passed is True
    assert bench.judge("no warning", run).passed is False
    assert bench.judge("no warning", clean).passed is True
    assert bench.judge("no warning", run, clean).sentence.startswith("1 of 2 runs")


def test_how_it_ended_what_it_said_and_what_it_wrote(bench: Bench, tmp_path: Path) -> None:
    run = bench.run("a", status="FAILED")
    (tmp_path / "a").write_text("step 1\nValueError: lam_cov is 0\n")
    assert bench.judge("status failed", run).passed is True
    assert bench.judge("status done", run).passed is False
    assert bench.judge('says "lam_cov is 0"', run).sentence == "line 2: ValueError: lam_cov is 0"
    assert bench.judge("says 'something else'", run).passed is False
    bench.journal.state("event", {"text": "beta >= 0.999: lam_pred raised to 0.2"}, run)
    assert bench.judge('says "lam_pred raised"', run).passed is True
    assert bench.judge("file no/such/*.pt", run).passed is False


def test_runs_of_a_stage_each_narrowed_and_together(bench: Bench) -> None:
    zero = bench.run("l0", {"lam": 0, "seed": 0}, loss=[2.0, 1.0])
    ten = bench.run("l10", {"lam": 10, "seed": 0}, loss=[2.0, 0.5])
    both, axes = (zero, ten), ("lam",)
    assert bench.judge("loss < 0.8", *both, axes=axes).passed is False
    assert bench.judge("loss{lam=10} < loss{lam=0}", *both, axes=axes).passed is True
    assert bench.judge("loss{lam=1e1} < 0.8", *both, axes=axes).passed is True
    assert bench.judge("loss{lam=5} < 1", *both, axes=axes).missing
    assert bench.judge("mean(loss) < 0.8", *both, axes=axes).value == 0.75
    assert bench.judge("most(loss[first]) - least(loss) == 1.5", *both, axes=axes).passed is True
    assert bench.judge("sd(loss) < 1 and runs == 2", *both, axes=axes).passed is True
    assert bench.judge("sd(loss) < 1", zero, axes=axes).missing


def test_other_stages_and_their_settings(bench: Bench) -> None:
    base = bench.run("base", {"lr": 0.1, "epochs": 5}, loss=[2.0, 1.0])
    run = bench.run("new", {"lr": 0.1, "epochs": 9}, loss=[2.0, 0.5])
    assert bench.judge("loss[last] < loss[last]{stage=base}", run, base=base).passed is True
    assert bench.judge("loss < loss{stage=other}", run, base=base).sentence.endswith("stage other has not run")
    assert bench.judge("same settings as base except epochs", run, base=base).passed is True
    differs = bench.judge("same settings as base", run, base=base)
    assert (differs.passed, differs.sentence) == (False, "against base: epochs 5 -> 9")


def test_a_curve_that_may_be_one_of_several_is_not_guessed(bench: Bench) -> None:
    run = bench.run("a", train__loss=[1.0], val__loss=[2.0])
    assert "may be train/loss or val/loss" in bench.judge("loss < 1", run).sentence
    assert bench.judge("val_loss > 1.5", run).passed is True


def test_what_was_taken_back_carries_no_verdict(bench: Bench) -> None:
    run = bench.run("a")
    bench.journal.result(run, {"T": 1.0})
    bench.journal.state("retract", {"on": [run], "why": "wrong sign"})
    assert bench.judge("T < 2", run).passed is None


@pytest.mark.parametrize(
    "text",
    ["", "no", "no luck", "finding", "loss", "loss <", "loss < 1 by", "loss < 1 by tomorrow", "loss = 1",
     "status gone <", "loss < 1 and", "(loss < 1", "loss of order", "loss of order 0", "3 of order 1", "mean(3) < 1",
     "mean(mean(x)) < 1", "same settings as", "same settings as a except", "near 3", "loss < 1 +- 2", "abs(a, b) < 1",
     "max(abs(x)) < 1", "import os", "loss between 1", "loss within 1", "loss within x of 3"],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError) as refused:
        conditions.parse(text)
    assert refused.value.hint


WORDS = "no finding alarm loss < 0.5 by epoch 30 and or not ( ) near of order at every step == says".split()


@given(
    st.text(alphabet="abno x01.9<>=+-*/(){}[],%±'\"", max_size=50)
    | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        conditions.parse(text)
    except InputError:
        return


def test_a_deadline_that_has_not_come_is_open_while_the_run_lives(bench: Bench) -> None:
    run = bench.journal.run("living")
    bench.journal.state("attempt", {"n": 1}, run)
    with bench.journal.store.writing():
        steps = np.arange(1, 4)
        bench.journal.store.append_series(SeriesKey(run, "", "loss"), "f", 0, steps, steps * 1.0, np.ones(3))
    assert bench.judge("loss < 0.5 by step 10", run).missing
    assert bench.judge("duration < 1m", run).missing
