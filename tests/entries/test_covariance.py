"""The covariance study: its formulas by a second computation, its gates, and its faults as the journal sees them."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from study_code import copy_of_study, run_study, scripts

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def study() -> Iterator[dict[str, ModuleType]]:
    names = ("arrays", "objective", "estimator", "train")
    with scripts("covariance", *names) as modules:
        yield dict(zip(names, modules, strict=True))


def matrices(seed: int, count: int = 5, n: int = 6) -> Any:
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, n, 2 * n)) + 1j * random.normal(size=(count, n, 2 * n))
    return torch.tensor(x @ x.conj().swapaxes(1, 2))


def by_hand(estimate: Any, reference: Any) -> float:
    """One matrix, entry by entry."""
    n = len(reference)
    est, ref = (
        [[complex(a[i, j]) * n / np.trace(a).real for j in range(n)] for i in range(n)] for a in (estimate, reference)
    )
    parts = []
    for diagonal in (True, False):
        at = [(i, j) for i in range(n) for j in range(n) if (i == j) is diagonal]
        wrong = sum(abs(est[i][j] - ref[i][j]) ** 2 for i, j in at) / len(at)
        parts.append(wrong / (sum(abs(ref[i][j]) ** 2 for i, j in at) / len(at) + 1e-12))
    return sum(parts) / 2


def test_the_error_agrees_with_a_sum_over_entries(study: dict[str, ModuleType]) -> None:
    a, b = matrices(1), matrices(2)
    told = study["objective"].nmse(a, b)
    assert told.tolist() == pytest.approx([by_hand(x.numpy(), y.numpy()) for x, y in zip(a, b, strict=True)], rel=1e-10)


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_a_common_factor_changes_no_error(study: dict[str, ModuleType], factor: float) -> None:
    nmse, a, b = study["objective"].nmse, matrices(1), matrices(2)
    assert torch.allclose(nmse(factor * a, factor * b), nmse(a, b), rtol=1e-10)
    assert torch.equal(nmse(b, b), torch.zeros(len(b), dtype=torch.float64))


def test_a_diagonal_reference_gives_a_finite_error_that_means_nothing(study: dict[str, ModuleType]) -> None:
    _, off = study["objective"].nmse_parts(matrices(1), torch.eye(6, dtype=torch.complex128).expand(5, 6, 6))
    assert off.isfinite().all()
    assert (off > 1e9).all()


def test_the_blend_is_the_prediction_at_0_and_the_sample_at_1(study: dict[str, ModuleType]) -> None:
    blend, nmse = study["objective"].blend, study["objective"].nmse
    predicted, sampled, truth = matrices(1), matrices(2), matrices(3)
    for beta, same in ((0.0, predicted), (1.0, sampled)):
        assert torch.allclose(nmse(blend(predicted, sampled, beta), truth), nmse(same, truth), atol=1e-6)
    with pytest.raises(study["objective"].Stop, match="guard shapes"):
        blend(predicted, sampled[:, :5, :5], 0.3)


def test_annealing_counts_from_1_or_from_0_and_never_both(study: dict[str, ModuleType]) -> None:
    annealing = study["objective"].Annealing
    assert [annealing.over(epochs, 0.0, 0.3).warm_up for epochs in (30, 20, 6)] == [6, 4, 2]
    beta = annealing.over(30, 0.0, 0.3)
    assert [beta(e) for e in (beta.first, 6, 7, 30)] == pytest.approx([0.05, 0.3, 0.3, 0.3])
    litmus = annealing(0.0, 0.3, 4, first=0)
    assert [litmus(k) for k in range(5)] == pytest.approx([0, 0.075, 0.15, 0.225, 0.30])
    assert max(beta(e) for e in range(1, 100)) <= 0.3


def test_weights_are_guarded_and_return(study: dict[str, ModuleType]) -> None:
    weights, stop = study["objective"].Weights, study["objective"].Stop
    for bad in (0.0, -1.0, math.nan):
        with pytest.raises(stop, match="guard lam_cov"):
            weights(bad, 0.05).check()
    assert weights(1.0, 0.05).check() is None
    assert weights(150.0, 0.05).check().startswith("notice: lam_cov is 150")
    assert [weights(1.0, 0.05).at(beta).pred for beta in (0.3, 0.999, 1.0, 0.3)] == [0.05, 0.2, 0.2, 0.05]
    assert weights(1.0, 0.5).at(1.0).pred == 0.5
    assert float(weights(2.0, 0.05).total(torch.tensor(0.3), torch.tensor(0.4))) == pytest.approx(0.62)


def test_a_loss_that_does_not_move_stops_after_20_steps(study: dict[str, ModuleType]) -> None:
    for value, words in ((0.0, "exactly 0 for 20 steps"), (0.7, "unchanged at 0.7 for 20 steps")):
        stuck = study["objective"].Stuck()
        for _ in range(19):
            stuck.see(value)
        with pytest.raises(study["objective"].Stop, match=words):
            stuck.see(value)
    stuck = study["objective"].Stuck()
    for k in range(100):
        stuck.see(k % 15 * 0.1)


def test_a_nan_is_named_by_the_number_of_its_sample(study: dict[str, ModuleType]) -> None:
    snapshots = torch.zeros(4, 3, 5, dtype=torch.complex64)
    study["objective"].check_finite(snapshots, torch.arange(4))
    snapshots[2, 1, 1] = complex(0, math.nan)
    with pytest.raises(study["objective"].Stop, match="in sample 17"):
        study["objective"].check_finite(snapshots, torch.tensor([5, 9, 17, 1]))


def test_snapshots_have_the_covariance_they_are_drawn_from(study: dict[str, ModuleType]) -> None:
    arrays = study["arrays"]
    scenes = arrays.draw(4, 6, 40_000, seed=3)
    assert study["objective"].nmse(arrays.sample_covariance(scenes.snapshots), scenes.covariance()).max() < 1e-3
    angle, power, k, row = float(scenes.angles[0, 0]), float(scenes.powers[0, 0]), 4, 1
    alone = arrays.covariance(scenes.angles[:1, :1], scenes.powers[:1, :1], 6)[0]
    phase = math.pi * math.sin(math.radians(angle)) * (k - row)
    assert complex(alone[k, row]) == pytest.approx(power * complex(math.cos(phase), math.sin(phase)), rel=1e-4)
    counts = (arrays.draw(300, 4, 2, seed=1).powers > 0).sum(-1)
    assert set(counts.tolist()) == {1, 2, 3}


def test_directions_of_true_covariances_are_found(study: dict[str, ModuleType]) -> None:
    arrays = study["arrays"]
    angles = torch.tensor([[-31.0, 12.5, 40.0], [-5.0, 8.0, 55.5]])
    found = arrays.directions(arrays.covariance(angles, torch.full((2, 3), 5.0), 8), 3)
    assert (found - angles).abs().max() <= 0.5
    assert arrays.directions(torch.eye(8, dtype=torch.complex64)[None], 3).shape == (1, 3)


@pytest.mark.parametrize(("n", "layers"), [(8, 1), (16, 2), (64, 3)])
def test_estimates_are_hermitian_and_positive(study: dict[str, ModuleType], n: int, layers: int) -> None:
    torch.manual_seed(0)
    scenes = study["arrays"].draw(3, n, 12, seed=0)
    estimate = study["estimator"].Estimator(n, layers=layers)(scenes.snapshots)
    assert torch.allclose(estimate, estimate.mH)
    assert torch.linalg.eigvalsh(estimate).min() > 0
    shuffled = study["estimator"].Estimator(n, layers=layers)
    again = scenes.snapshots[..., torch.randperm(12)]
    assert torch.allclose(shuffled(again), shuffled(scenes.snapshots), atol=1e-5)


def test_a_large_main_weight_is_noticed_and_training_goes_on(
    study: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(study["train"].labjournal, "event", said.append)
    words = ["train.py", "litmus", "--sensors", "4", "--lam-cov", "150", "--out", str(tmp_path / "x.pt")]
    monkeypatch.setattr(sys, "argv", words)
    study["train"].main()
    assert [text for text in said if text.startswith("notice")] == ["notice: lam_cov is 150, not below 100"]


def test_patience_ends_a_fit_and_the_reason_is_kept(
    study: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    rows: list[dict[str, Any]] = []
    monkeypatch.setattr(study["train"].labjournal, "event", said.append)
    monkeypatch.setattr(study["train"].labjournal, "log", lambda values, step: rows.append(dict(values)))
    losses = iter([0.9, 0.5, *[0.6] * 20])
    whole = study["train"].validate

    def validate(trainer: Any, scenes: Any, beta: float) -> dict[str, float]:
        return {**whole(trainer, scenes, beta), "val_loss": next(losses)}

    monkeypatch.setattr(study["train"], "validate", validate)
    words = "train.py fit --sensors 4 --samples 8 --held-out 8 --precision bf16 --epochs 20 --patience 6 --out"
    monkeypatch.setattr(sys, "argv", [*words.split(), str(tmp_path / "x.pt")])
    study["train"].main()
    left = [row["patience_left"] for row in rows if "patience_left" in row]
    assert left == [6, 6, 5, 4, 3, 2, 1, 0]
    assert "ended: patience of 6 used up; best 0.5 at epoch 2" in said
    assert all(row["loss"] == pytest.approx(row["main"] + 0.05 * row["aux"], abs=1e-6) for row in rows if "main" in row)


def test_the_raised_weight_comes_back_with_an_event(
    study: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(study["train"].labjournal, "event", said.append)
    asked = argparse.Namespace(fault=[], lam_cov=1.0, lam_pred=0.05)
    trainer = study["train"].Trainer(None, None, asked)
    assert [trainer.weights(beta).pred for beta in (0.3, 1.0, 1.0, 0.3)] == [0.05, 0.2, 0.2, 0.05]
    assert [text.split(":")[1] for text in said] == [" lam_pred raised", " lam_pred back"]
    assert trainer.corrections == 2


def test_every_guard_speaks_before_the_run_ends(study: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(study["train"].labjournal, "event", said.append)
    words = "train.py litmus --sensors 4 --fault zero_weight detach_blend --out unused"
    monkeypatch.setattr(sys, "argv", words.split())
    with pytest.raises(SystemExit, match=r"guard lam_cov > 0: .*; guard requires_grad: R_blend"):
        study["train"].main()
    assert said == [
        "guard lam_cov > 0: lam_cov is 0, the main loss has no weight; "
        "guard requires_grad: R_blend does not require a gradient, the network cannot learn from it"
    ]


def test_a_fit_that_a_guard_ends_leaves_a_row_of_what_it_came_to(
    study: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results: list[dict[str, Any]] = []
    monkeypatch.setattr(study["train"].labjournal, "result", lambda **values: results.append(values))
    words = "train.py fit --sensors 4 --samples 64 --batch 2 --held-out 8 --unguarded --fault zero_weight"
    monkeypatch.setattr(sys, "argv", [*words.split(), "--fixed-beta", "0.9", "--out", str(tmp_path / "x.pt")])
    with pytest.raises(SystemExit, match="exactly 0 for 20 steps"):
        study["train"].main()
    (row,) = results
    assert (row["train_total"], row["last_grad_norm"], row["corrections"]) == (0.0, 0.0, 0)
    assert row["train_main"] > 0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_fault_is_seen_and_none_on_the_healthy_runs(tmp_path: Path) -> None:
    pytest.importorskip("optuna", reason="the packages of the studies are not installed: pip install -e .[studies]")
    copy_of_study("covariance", tmp_path)
    stages = run_study("covariance", tmp_path, timeout_s=850)
    assert {stage["stage"]: stage["state"] for stage in stages} == {stage["stage"]: "passed" for stage in stages}
    faults = " ".join(stage["stage"] for stage in stages if stage["fault_of"])
    with scripts("covariance", "train") as (train,):
        assert all(name in faults for name in train.FAULTS)
    assert {stage["stage"]: len(stage["runs"]) for stage in stages}["search"] == 4, "no trial is dropped"
