"""The profile study's scan: all points as one batch, against scipy's differential evolution point by point.

Both have the objective, bounds, population and generations of the study. Scipy does not polish, and is timed on every
27th minimisation. The minima of both are printed and must be equal: a ratio of times means nothing else. CPU seconds of
one thread.

python benchmarks/profile_scan.py [GENERATIONS]
"""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "entries" / "profile"))

import torch
from evolution import evolve
from profiling import profiled
from scipy.optimize import differential_evolution
from targets import planted
from torch import Tensor

BETAS = (3.0, 3.025, 3.05, 3.075, 3.1, 3.125, 3.15, 3.175, 3.2)
WIDTHS = (0.014, 0.016, 0.018, 0.020, 0.022, 0.024)
SEEDS, RADIAL, POPULATION, EVERY = 2, 80, 8, 27
EQUAL = 1e-3
"""In chi2, whose steps that mean anything are of order 1."""


def main() -> None:
    generations = int(sys.argv[1]) if len(sys.argv) > 1 else 90
    torch.set_num_threads(1)
    problem = planted(RADIAL, torch.device("cpu"))
    jobs = list(itertools.product(BETAS, WIDTHS, range(SEEDS)))

    def chi2(jobs_at: list[tuple[float, float, int]], theta: Tensor) -> Tensor:
        shape = (len(jobs_at), *(1,) * (theta.dim() - 2))
        beta, w = (
            torch.tensor([job[k] for job in jobs_at], dtype=theta.dtype).reshape(shape).expand(theta.shape[:-1])
            for k in (0, 1)
        )
        return profiled(problem.masses, problem.terms(beta, w, theta, RADIAL).total, problem.relative_error)[1]

    members = POPULATION * problem.free
    seeds = [seed for _, _, seed in jobs]
    begin = time.process_time()
    *_, last = evolve(lambda theta: chi2(jobs, theta), problem.low, problem.high, seeds, members, generations)
    batched = time.process_time() - begin
    print(f"{len(jobs)} minimisations of {generations} generations in one batch: {batched:.2f} s CPU")
    bounds = list(zip(problem.low.tolist(), problem.high.tolist(), strict=True))
    ours = last.best.tolist()[::EVERY]
    for vectorised in (False, True):
        begin = time.process_time()
        theirs = [_by_scipy(job, chi2, bounds, generations, vectorised) for job in jobs[::EVERY]]
        took = (time.process_time() - begin) * len(jobs) / len(theirs)
        name = "scipy, a generation at a time" if vectorised else "scipy's default, member by member"
        print(f"{name}: {took:.1f} s for as many, ratio {took / batched:.1f}")
        for (beta, w, seed), a, b in zip(jobs[::EVERY], ours, theirs, strict=True):
            print(f"  beta {beta:g}, w {w:g}, seed {seed}: chi2 {a:.7f} in the batch, {b:.7f} by scipy, {a - b:+.1e}")
        worst = max(abs(a - b) for a, b in zip(ours, theirs, strict=True))
        if worst > EQUAL:
            sys.exit(f"the minima differ by {worst:.1e}: after so few generations no times can be compared")
        print(f"  equal minima: they differ by {worst:.1e} at most")


def _by_scipy(job: tuple[float, float, int], chi2: object, bounds: list, generations: int, vectorised: bool) -> float:
    def objective(theta: object) -> object:
        columns = torch.as_tensor(theta, dtype=torch.float64).reshape(len(bounds), -1)
        values = chi2([job], columns.T[None])[0]  # type: ignore[operator]
        return values.numpy() if vectorised else float(values[0])

    return float(
        differential_evolution(
            objective,
            bounds,
            maxiter=generations,
            popsize=POPULATION,
            seed=job[2],
            tol=0,
            polish=False,
            init="random",
            vectorized=vectorised,
            updating="deferred" if vectorised else "immediate",
        ).fun
    )


if __name__ == "__main__":
    main()
