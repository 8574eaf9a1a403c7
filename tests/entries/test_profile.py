"""The profile study: its formulas by a second computation, its gates, and its faults as the journal sees them."""

from __future__ import annotations

import argparse
import itertools
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy import integrate, optimize
from study_code import copy_of_study, run_study, scripts

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def study() -> Iterator[dict[str, ModuleType]]:
    names = ("energy", "profiling", "evolution", "targets", "contours", "scan")
    with scripts("profile", *names) as modules:
        yield dict(zip(names, modules, strict=True))


def doubles(*values: float) -> Any:
    return torch.tensor(values, dtype=torch.float64)


def test_the_profiled_scale_is_the_numeric_minimum(study: dict[str, ModuleType]) -> None:
    random = np.random.default_rng(3)
    for _ in range(20):
        m, e = random.uniform(0.5, 2000, 5), random.uniform(0.1, 30, 5)
        scale, chi2 = study["profiling"].profiled(doubles(*m), doubles(*e), 0.01)

        def cost(s: float, m: Any = m, e: Any = e) -> float:
            return float((((s * e - m) / (0.01 * m)) ** 2).sum())

        found = optimize.minimize_scalar(cost, bracket=(0.0, float(scale)), tol=1e-14)
        assert float(chi2) == pytest.approx(found.fun, rel=1e-10)
        slope = (2 * (float(scale) * e - m) * e / (0.01 * m) ** 2).sum()
        assert abs(slope) < 1e-9 * (e * e / (0.01 * m) ** 2).sum() * float(scale)


def test_a_common_factor_of_the_energies_goes_into_the_scale(study: dict[str, ModuleType]) -> None:
    m, e = doubles(0.511, 105.658, 1776.86), doubles(0.3, 40.0, 700.0)
    scale, chi2 = study["profiling"].profiled(m, e, 0.01)
    scaled, same = study["profiling"].profiled(m, 7.3 * e, 0.01)
    assert float(scaled) == pytest.approx(float(scale) / 7.3, rel=1e-12)
    assert float(same) == pytest.approx(float(chi2), rel=1e-12)


def test_there_is_one_scale_for_all_particles(study: dict[str, ModuleType]) -> None:
    m, e = doubles(1.0, 2.0, 4.0), doubles(1.0, 1.0, 1.0)
    scale, chi2 = study["profiling"].profiled(m, e, 0.1)
    assert scale.shape == ()
    assert float(chi2) > 1.0


def test_the_old_mapping_makes_the_first_match_and_no_other(study: dict[str, ModuleType]) -> None:
    m, e = doubles(0.5, 100.0, 1800.0), doubles(1.0, 1.0, 1.0)
    scale, _ = study["profiling"].old_mapping(m, e, 0.01)
    assert (float(scale), study["profiling"].pulls(m, e, scale, 0.01)[0]) == (0.5, 0.0)


def test_energies_agree_with_quadrature(study: dict[str, ModuleType]) -> None:
    """scipy's adaptive quadrature of the density itself, from 0 to 2R, layer borders named."""
    beta, w, r0, u, a = 3.1, 0.02, 0.676, 3.57, 1.3

    def rho(r: float) -> float:
        if r < r0 - w:
            return a
        return a * (1 + math.cos(math.pi * (r - r0 + w) / w)) / 2 if r < r0 else 0.0

    def slope(r: float) -> float:
        return -a * math.pi / (2 * w) * math.sin(math.pi * (r - r0 + w) / w) if r0 - w < r < r0 else 0.0

    def integral(f: Any) -> float:
        pieces = ((0, r0 - w), (r0 - w, r0), (r0, 2 * r0))
        return sum(integrate.quad(lambda r: f(r) * 4 * math.pi * r * r, *piece, epsabs=1e-13)[0] for piece in pieces)

    terms = study["energy"].energies(*(doubles(value)[0] for value in (beta, w, r0, u, a)), points=200)
    assert float(terms.flow) == pytest.approx(u * u / 2 * integral(lambda r: (1 - rho(r)) ** 2), rel=1e-7)
    assert float(terms.stabilisation) == pytest.approx(beta * integral(lambda r: rho(r) ** 2), rel=1e-7)
    weight = study["energy"].GRADIENT_WEIGHT
    assert float(terms.gradient) == pytest.approx(weight * integral(lambda r: slope(r) ** 2), rel=1e-7)


def test_more_generations_with_the_same_seed_never_raise_the_minimum(study: dict[str, ModuleType]) -> None:
    def rosenbrock(x: Any) -> Any:
        return (1 - x[..., 0]) ** 2 + 100 * (x[..., 1] - x[..., 0] ** 2) ** 2

    low, high = doubles(-2, -2), doubles(2, 2)
    short, long = (
        [one.best for one in study["evolution"].evolve(rosenbrock, low, high, [1, 2, 3], 16, n)] for n in (30, 200)
    )
    assert all(torch.equal(a, b) for a, b in zip(short, long, strict=False))
    assert all((b <= a).all() for a, b in itertools.pairwise(long))
    alone = list(study["evolution"].evolve(rosenbrock, low, high, [2], 16, 200))[-1]
    assert float(alone.best[0]) == float(long[-1][1])  # a problem gives the same alone and in a batch
    assert float(long[-1].max()) < 1e-12


def test_the_batch_finds_the_minimum_that_scipy_finds(study: dict[str, ModuleType]) -> None:
    problem = study["targets"].planted(80, torch.device("cpu"))
    asked = argparse.Namespace(fault=[], radial=80, population=8, max_iter=60, free_w=False)
    (point,) = study["scan"].minimise(problem, [(3.05, 0.02, 0)], "profiled", asked)

    def chi2(theta: Any) -> float:
        beta, w = doubles(3.05), doubles(0.02)
        energies = problem.terms(beta, w, doubles(*theta)[None], 80).total
        return float(study["profiling"].profiled(problem.masses, energies, problem.relative_error)[1][0])

    box = list(zip(problem.low.tolist(), problem.high.tolist(), strict=True))
    found = optimize.differential_evolution(chi2, box, seed=1, maxiter=60, popsize=8, tol=1e-12)
    assert point.chi2 == pytest.approx(found.fun, rel=1e-4)
    assert point.scale == pytest.approx(2.5, rel=0.01)


def test_scatter_edges_and_widths(study: dict[str, ModuleType]) -> None:
    scan = study["scan"]
    assert scan._scatter([[1.0], [2.0]]) is None
    assert scan._scatter([[1.0, 3.0], [5.0, 5.0]]) == pytest.approx(1.0)
    assert [scan._inside(v, [1, 2, 3]) for v in (1, 2, 3)] == [False, True, False]
    width = study["contours"].width
    assert width({3.0: 4.0, 3.1: 0.0, 3.2: 4.0}) == pytest.approx(0.05)
    assert width({3.0: 0.0, 3.1: 1.0, 3.2: 4.0}) == "none: the minimum is not bracketed"


def test_the_interval_follows_a_correlation_that_no_grid_of_w_is_fine_enough_for(study: dict[str, ModuleType]) -> None:
    """Against the inverse of the Fisher matrix of all five parameters, by scipy's least squares."""
    problem = study["targets"].planted(80, torch.device("cpu"))

    def residuals(at: Any) -> Any:
        beta, w, speed, amplitude, scale = at
        energies = problem.terms(doubles(beta), doubles(w), doubles(speed, amplitude)[None], 80).total[0]
        return study["profiling"].pulls(problem.masses, energies, scale, problem.relative_error).numpy()

    fit = optimize.least_squares(residuals, [3.1, 0.02, 1, 1, 2.5], x_scale=[1e-2, 1e-4, 1e-2, 1e-2, 1e-2], xtol=1e-14)
    sigma = math.sqrt(np.linalg.inv(fit.jac.T @ fit.jac)[0, 0])
    betas = study["scan"]._numbers("3.03..3.14:12")
    asked = argparse.Namespace(fault=[], radial=80, population=8, max_iter=150, free_w=True)
    points = study["scan"].minimise(problem, [(beta, 0.0, 0) for beta in betas], "profiled", asked)
    assert min(point.chi2 for point in points) >= 2 * fit.cost - 1e-9
    along = study["contours"].profile({(point.beta, point.w): point.chi2 for point in points}, 0)
    assert study["contours"].width(along) == pytest.approx(sigma, rel=0.02)
    assert "| **0.8113** |" in study["contours"].line_told(along, 0.1, 1)
    assert "- beta: 3.08 +- 0.017" in study["contours"].line_told(along, 0.1, 1)


def test_values_are_listed_or_in_even_steps(study: dict[str, ModuleType]) -> None:
    assert study["scan"]._numbers("3.0,3.1") == [3.0, 3.1]
    assert study["scan"]._numbers("3.03..3.14:12")[:3] == [3.03, 3.04, 3.05]
    assert study["scan"]._numbers("3.03..3.14:12")[-1] == 3.14


def test_the_map_has_the_joint_contours_of_a_parabola(study: dict[str, ModuleType]) -> None:
    """A parabola, whose reach along an axis is known: sqrt(level) times the deviation of that axis."""
    precision = np.diag([0.02**-2, 0.003**-2])
    betas, widths = np.linspace(3.0, 3.2, 41), np.linspace(0.01, 0.03, 41)
    at = {(b, w): np.array([b - 3.1, w - 0.02]) for b in betas.tolist() for w in widths.tolist()}
    lowest = {place: 1.25 + float(d @ precision @ d) for place, d in at.items()}
    contours = study["contours"]
    for axis, sigma in ((0, 0.02), (1, 0.003)):
        assert contours.width(contours.profile(lowest, axis)) == pytest.approx(sigma, rel=0.02)
    text = contours.told(lowest, 1)
    inside = {level: sum(chi2 - 1.25 <= value for chi2 in lowest.values()) for level, value in contours.JOINT.items()}
    assert text.count("**") // 2 == inside["68%"]
    assert text.replace("**", "").count("*") // 2 == inside["95%"] - inside["68%"]
    assert "- beta: 3.1 +- 0.02 alone, joint 68% +- 0.03, joint 95% +- 0.049" in text
    corner = {(3.0, 0.02): 1.0, (3.1, 0.02): 2.0, (3.0, 0.03): 3.0, (3.1, 0.03): 4.0}
    assert "not bracketed" in contours.told(corner, 1)
    for dof in (0, -8):
        assert contours.told(lowest, dof).count("none: chi2_min is not of the order of the degrees of freedom") == 2


def test_degrees_of_freedom_of_both_target_sets(study: dict[str, ModuleType]) -> None:
    cpu = torch.device("cpu")
    assert study["targets"].planted(80, cpu).degrees_of_freedom(2) == 1
    assert study["targets"].flat(cpu).degrees_of_freedom(2) == -9  # not testable


def test_an_interrupted_scan_goes_on_to_the_same_table(
    study: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    grid = ["scan.py", "--beta", "3.05,3.10", "--w", "0.020", "--seeds", "2", "--max-iter", "8"]
    for out in ("whole", "broken"):
        monkeypatch.setattr(sys, "argv", [*grid, "--out", str(tmp_path / out)])
        study["scan"].main()
    lines = (tmp_path / "broken.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "broken.jsonl").write_text(lines[0] + lines[1][:40] + "\n")  # killed while it wrote the second point
    study["scan"].main()
    told = [json.loads(line) for line in (tmp_path / "broken.jsonl").read_text().splitlines() if line.endswith("}")]
    assert [(point["beta"], point["seed"]) for point in told] == [(3.05, 0), (3.05, 1), (3.10, 0), (3.10, 1)]
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("lowest", "  beta"))]
    assert told[:3] == told[3:6] == told[6:]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_fault_is_seen_and_none_on_the_healthy_scan(tmp_path: Path) -> None:
    copy_of_study("profile", tmp_path)
    stages = run_study("profile", tmp_path)
    assert {stage["stage"]: stage["state"] for stage in stages} == {stage["stage"]: "passed" for stage in stages}
    faults = " ".join(stage["stage"] for stage in stages if stage["fault_of"])
    with scripts("profile", "scan") as (scan,):
        assert all(name in faults for name in scan.FAULTS)
    assert [stage["decision"]["path"] for stage in stages if stage["stage"] == "sanity"] == ["A"]
