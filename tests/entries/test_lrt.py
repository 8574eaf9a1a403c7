"""The lrt study: its statistic by second computations, its gates, and its faults as the journal sees them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats
from study_code import copy_of_study, run_study, scripts

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def study() -> Iterator[dict[str, ModuleType]]:
    names = ("density", "fitting", "law", "lrt")
    with scripts("lrt", *names) as modules:
        yield dict(zip(names, modules, strict=True))


@pytest.fixture(scope="module")
def ensemble(study: dict[str, ModuleType]) -> Any:
    return study["density"].train(5, seeded(7), sample=400, prefit=4000)


def seeded(seed: int) -> Any:
    return torch.Generator().manual_seed(seed)


def case(study: dict[str, ModuleType], ensemble: Any, n: int = 300, kernels: int = 6, seed: int = 3) -> Any:
    x = study["density"].truth(n, seeded(seed))[None]
    return x, study["fitting"].Data.of(x, x[:, :kernels], ensemble)


def pairs(study: dict[str, ModuleType], data: Any, lams: list[float], epochs: int = 100, sign: float = 1.0) -> Any:
    return study["lrt"].compare(data, study["fitting"].Plan.den_and_num(lams, epochs, epochs), sign)


def test_members_and_mixture_are_normalised(study: dict[str, ModuleType], ensemble: Any) -> None:
    line = torch.linspace(-6, 6, 241, dtype=torch.float64)
    grid = torch.cartesian_prod(line, line)
    shape = study["density"].gaussians(grid, doubles((0.1, 0.2), (-0.4, 0.6), (1, 1)), 0.08)
    area = float(line[1] - line[0]) ** 2
    assert ((ensemble.members(grid).sum(0) * area - 1).abs() < 0.01).all()  # centres in the far tail lie outside
    assert float(ensemble.mu.sum()) == pytest.approx(1.0, abs=1e-12)
    extra = shape @ study["fitting"].centred(doubles(0.3, 0.05, -0.02))
    assert float(extra.sum() * area) == pytest.approx(0, abs=1e-9)


def test_the_other_order_of_clip_and_centring_would_not_keep_the_norm(study: dict[str, ModuleType]) -> None:
    raw = doubles(0.3, 0.05, -0.02, -0.01)
    assert float(study["fitting"].centred(raw).sum()) == pytest.approx(0.0, abs=1e-15)
    assert abs(float((raw - raw.mean()).clamp(-0.1, 0.1).sum())) > 0.05


def test_the_prior_is_a_normal_of_the_plane(study: dict[str, ModuleType], ensemble: Any) -> None:
    z = torch.randn(4, generator=seeded(1), dtype=torch.float64)
    plane = np.linalg.svd(np.ones((1, 5)))[2][1:].T  # another orthonormal basis of the plane
    root = plane.T @ ensemble.spread.numpy()
    law = stats.multivariate_normal(np.zeros(4), root @ root.T)
    assert ensemble.log_norm - float(z @ z) / 2 == pytest.approx(law.logpdf(root @ z.numpy()), rel=1e-9)


def test_the_prefit_is_the_maximum(study: dict[str, ModuleType], ensemble: Any) -> None:
    table = ensemble.members(study["density"].truth(2000, seeded(2)))
    weights, spread = study["density"].fit_weights(table)
    plane = np.linalg.svd(np.ones((1, 5)))[2][1:].T

    def loss(at: Any) -> float:
        return -float(np.log(np.clip(table.numpy() @ (0.2 + plane @ at), 1e-12, None)).sum())

    found = optimize.minimize(loss, np.zeros(4), method="BFGS", options={"gtol": 1e-6})
    assert -float((table @ weights).clamp(min=1e-12).log().sum()) == pytest.approx(found.fun, abs=1e-4)

    def exact(at: Any) -> Any:
        return -(table @ (weights + torch.from_numpy(plane.copy()) @ at)).clamp(min=1e-12).log().sum()

    hessian = torch.autograd.functional.hessian(exact, torch.zeros(4, dtype=torch.float64)).numpy()
    assert np.allclose(plane.T @ (spread @ spread.T).numpy() @ plane, np.linalg.inv(hessian), rtol=1e-5)


def test_samples_follow_the_density(study: dict[str, ModuleType], ensemble: Any) -> None:
    """Mean of each member's density under the sample against a quadrature, with weights that are partly negative."""
    x = ensemble.sample(ensemble.mu, 20_000, seeded(4))
    line = torch.linspace(-6, 6, 241, dtype=torch.float64)
    f = ensemble.members(torch.cartesian_prod(line, line))
    expected = ((f @ ensemble.mu)[:, None] * f).sum(0) * float(line[1] - line[0]) ** 2
    seen = ensemble.members(x)
    assert ((seen.mean(0) - expected).abs() < 4 * seen.std(0) / len(x) ** 0.5 + 1e-3).all()


def test_the_identity_settles_the_sign(study: dict[str, ModuleType], ensemble: Any) -> None:
    """Gates 1 and 2 on 50 points: the faulty sign shows itself at once."""
    _, data = case(study, ensemble, n=50)
    found = pairs(study, data, [0.0, 1e3])
    last = found.last
    assert float(found.residual.abs().max()) < 1e-6 * max(1.0, float(found.t.abs().max()))
    assert float(last.cost[0, 2]) > 0
    assert (last.log_likelihood + last.loss - last.cost).abs().max() < 1e-9
    wrong = pairs(study, data, [0.0, 1e3], sign=-1.0)
    by_hand = 2 * (last.aux[:, :1] - last.aux[:, 1:])
    assert torch.allclose(wrong.t - found.t, by_hand, rtol=0, atol=1e-9)
    assert float(wrong.residual.abs().min()) > 1e-6


def test_the_fits_are_those_of_scipy(study: dict[str, ModuleType], ensemble: Any) -> None:
    """DEN and NUM written down again, by numpy and L-BFGS, from the same start."""
    x, data = case(study, ensemble)
    found = pairs(study, data, [300.0], epochs=800)
    f, mu, spread = ensemble.members(x[0]).numpy(), ensemble.mu.numpy(), ensemble.spread.numpy()
    squares = ((x[0][:, None] - x[0][None, :6]) ** 2).sum(-1).numpy()
    phi = np.exp(-squares / (2 * 0.08**2)) / (2 * math.pi * 0.08**2)

    def loss(at: Any, kernels: int) -> float:
        z, raw = at[:4], np.clip(at[4:], -0.1, 0.1)
        p = f @ (mu + spread @ z)
        a = raw - raw.mean() if kernels else raw
        if kernels:
            p = p + phi @ a
        return float(-np.log(np.clip(p, 1e-12, None)).sum() - (ensemble.log_norm - z @ z / 2) + 300.0 * a @ a)

    for column, kernels in ((0, 0), (1, 6)):
        best = optimize.minimize(
            loss, np.zeros(4 + kernels), args=(kernels,), method="L-BFGS-B", options={"ftol": 1e-13}
        )
        assert float(found.last.loss[0, column]) == pytest.approx(best.fun, abs=2e-3)


def test_the_steps_are_those_of_torch(
    study: dict[str, ModuleType], ensemble: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gradient and Adam are written out in the study; here autograd and torch's own, with a clip that is reached."""
    x, data = case(study, ensemble, n=60)
    fitting = study["fitting"]
    z = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    raw = torch.zeros(6, dtype=torch.float64, requires_grad=True)
    monkeypatch.setattr(fitting, "CLIP", 0.01)
    adam = torch.optim.Adam(
        [{"params": [z], "lr": fitting.RATE_WEIGHTS}, {"params": [raw], "lr": fitting.RATE_KERNELS}]
    )
    f = ensemble.members(x[0])
    phi = torch.exp(-torch.cdist(x[0], x[0, :6]).square() / (2 * 0.08**2)) / (2 * math.pi * 0.08**2)
    losses = []
    for _ in range(300):
        a = raw - raw.mean()
        p = f @ (ensemble.mu + ensemble.spread @ z) + phi @ a
        loss = -p.clamp(min=1e-12).log().sum() - (ensemble.log_norm - z @ z / 2) + 2.0 * a @ a
        losses.append(float(loss.detach()))
        adam.zero_grad()
        loss.backward()
        adam.step()
        with torch.no_grad():
            raw.clamp_(-0.01, 0.01)
    found = [float(state.loss[0, 1]) for state in fitting.fit(data, fitting.Plan.den_and_num([2.0], 300, 300), every=1)]
    assert found[:300] == pytest.approx(losses, abs=1e-6)
    assert float(raw.detach().abs().max()) == 0.01


def test_a_zero_extra_term_changes_nothing(study: dict[str, ModuleType], ensemble: Any) -> None:
    _, data = case(study, ensemble)
    plan = study["fitting"].Plan(doubles(0, 0), doubles(0, 0), torch.tensor([50, 50]))
    found = study["lrt"].compare(data, plan)
    assert float((found.last.loss[:, 0] - found.last.loss[:, 1]).abs().max()) < 1e-9


def test_the_order_of_the_events_changes_nothing(study: dict[str, ModuleType], ensemble: Any) -> None:
    x, data = case(study, ensemble)
    turned = study["fitting"].Data.of(x[:, torch.randperm(300, generator=seeded(9))], x[:, :6], ensemble)
    losses = [pairs(study, one, [0.0]).last.loss for one in (data, turned)]
    assert float((losses[0] - losses[1]).abs().max()) < 1e-6


def test_t_is_positive_and_falls_to_0_with_lambda(study: dict[str, ModuleType], ensemble: Any) -> None:
    _, data = case(study, ensemble)
    t = pairs(study, data, [0.0, 1e2, 1e3, 1e4, 1e5, 1e9], epochs=400).t[0]
    assert (t[1:] <= t[:-1] + 1e-3).all()
    assert (t >= -1e-6).all()
    assert float(t[-1]) < 1e-3


def test_events_share_t_and_centres_can_be_left_out(study: dict[str, ModuleType], ensemble: Any) -> None:
    _, data = case(study, ensemble)
    found = pairs(study, data, [0.0])
    assert torch.allclose(found.per_event.sum(-1), found.t, rtol=0, atol=1e-9)
    assert float(found.per_event[0, 0, 6:].sum()) != pytest.approx(float(found.t[0, 0]), abs=1e-3)


def test_a_batch_gives_what_each_fit_gives_alone(study: dict[str, ModuleType], ensemble: Any) -> None:
    x = study["lrt"].draw_toys(ensemble, [1, 2, 3], 100)
    whole = pairs(study, study["fitting"].Data.of(x, x[:, :6], ensemble), [0.0, 1e3], epochs=100)
    alone = pairs(study, study["fitting"].Data.of(x[1:2], x[1:2, :6], ensemble), [1e3], epochs=100)
    assert float(whole.t[1, 1]) == pytest.approx(float(alone.t[0, 0]), abs=1e-8)


def test_a_column_stands_still_after_its_epochs(study: dict[str, ModuleType], ensemble: Any) -> None:
    _, data = case(study, ensemble)
    short, long = (study["fitting"].Plan.den_and_num([0.0], 20, n) for n in (20, 200))
    first, then = (list(study["fitting"].fit(data, plan))[-1] for plan in (short, long))
    assert float(first.loss[0, 0]) == pytest.approx(float(then.loss[0, 0]), abs=1e-9)
    assert float(then.loss[0, 1]) < float(first.loss[0, 1])


def test_the_slope_is_per_epoch(study: dict[str, ModuleType]) -> None:
    losses = {epoch: torch.tensor(100 - 0.5 * epoch) for epoch in range(0, 101, 5)}
    assert float(study["lrt"]._slope(losses, 100, 5)) == pytest.approx(0.5)


def test_toys_stand_beside_the_counts_of_their_law(study: dict[str, ModuleType]) -> None:
    draws = stats.chi2(19).rvs(size=400, random_state=1)
    text = study["law"].histogram(torch.from_numpy(draws / 2), 19)
    rows = [[part.strip() for part in line.split("|")[1:5]] for line in text.splitlines()[4:]]
    assert sum(int(seen) for _, seen, _, _ in rows) == 400
    assert sum(float(expected) for _, _, expected, _ in rows) == pytest.approx(400, abs=0.5)
    assert [float(row[2]) for row in rows[:7]] == [50.0] * 7
    pull = [(int(seen) - float(expected)) / float(expected) ** 0.5 for _, seen, expected, _ in rows[:7]]
    assert max(map(abs, pull)) < 4
    told = study["law"].summary(torch.from_numpy(draws / 2), 40.0, 19)
    assert (told["ks_p"] > 0.01, abs(told["pull_of_mean"]) < 3) == (True, True)
    assert told["p_target"] == (1 + int((draws / 2 >= 40).sum())) / 401


def test_what_must_stand_beside_t_is_told_in_words_and_in_short(study: dict[str, ModuleType], ensemble: Any) -> None:
    _, data = case(study, ensemble)
    plan = study["fitting"].Plan.den_and_num([0.0], 20, 200)
    found = study["lrt"].compare(data, plan)
    told = study["lrt"].marks(151_965.0, 100, found, 1e9, plan)
    assert list(told) == ["unequal", "far above its law"]
    assert told["unequal"] == "unequal training: DEN 20 epochs, NUM 200"
    assert told["far above its law"].startswith("statistic far above its law: T = 151965 is 1.52e+03 nats per kernel")
    signed = study["lrt"].compare(data, plan, sign=-1.0)
    assert list(study["lrt"].marks(float(signed.t[0, 0]), 100, signed, -1.0, plan)) == [
        "sign",
        "unequal",
        "not converged",
    ]
    equal = study["fitting"].Plan.den_and_num([0.0], 200, 200)
    assert study["lrt"].marks(10.0, 20, study["lrt"].compare(data, equal), 1e9, equal) == {}


def doubles(*values: Any) -> Any:
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_fault_is_seen_and_none_on_the_healthy_fits(tmp_path: Path) -> None:
    copy_of_study("lrt", tmp_path)
    stages = run_study("lrt", tmp_path)
    assert {stage["stage"]: stage["state"] for stage in stages} == {stage["stage"]: "passed" for stage in stages}
    faults = {stage["stage"] for stage in stages if stage["fault_of"]}
    assert faults == {
        "first",
        "sign",
        "unequal_epochs",
        "reverted_setting",
        "no_floor",
        "same_centres",
        "lambda0",
    }
