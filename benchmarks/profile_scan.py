"""The profile study's scan: all points as one batch, against scipy's differential evolution point by point.

Both have the objective, bounds, population and generations of the study. Scipy does not polish, and is timed on every
27th minimisation. How far each side is from the better chi2 of both is printed. CPU seconds of one thread.

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
        above = max(0.0, *(a - b for a, b in zip(ours, theirs, strict=True)))
        below = max(0.0, *(b - a for a, b in zip(ours, theirs, strict=True)))
        print(f"{name}: {took:.1f} s for as many, ratio {took / batched:.1f}")
        print(f"  chi2 of the batch above scipy's by {above:.1e} at most, scipy's above the batch's by {below:.1e}")


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
