"""Scan chi2 over beta and w: at every point a differential evolution over what is free, each seed a repeat.

    python scan.py --targets planted --beta 3.05,3.10,3.15 --w 0.015,0.020,0.025 --seeds 5 --out out/sanity
    python scan.py --targets planted --beta 3.03..3.13:11 --w free --out out/interval     w minimised over as well

Every finished point is a line of ``OUT.jsonl`` and a result of the run at once; a scan that is started again goes on
from there, and gives the same table.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from contours import interval, line_told, profile, told
from energy import Terms
from evolution import Generation, evolve
from profiling import old_mapping, profiled, pulls
from targets import Problem, flat, planted
from torch import Tensor

import labjournal

REFERENCE_BETA = 3.043233053
FAULTS = ("old_mapping", "no_seed", "edge", "unit_factor", "per_particle_scale", "slow", "wrong_reference")
_SLOW_S = 1.2
_TOLERANCE = 1e-10
_W_BOX = (0.010, 0.030)
"""Where w is looked for when it is free."""


Job = tuple[float, float, int]
"""beta, w (0 where it is free), seed."""


@dataclass(frozen=True)
class Point:
    """One minimisation."""

    beta: float
    w: float
    seed: int
    drawn: int
    """What the generator was really seeded with."""
    max_iter: int
    objective: str
    chi2: float
    scale: float
    theta: list[float]
    pulls: list[float]
    flow: float
    stabilisation: float
    gradient: float
    at_bound: int
    evaluations: int
    seconds: float
    status: str


def main() -> None:
    asked = _arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    problem = planted(asked.radial, device) if asked.targets == "planted" else flat(device)
    objective = "old" if "old_mapping" in asked.fault else asked.objective
    betas = [beta + 0.10 for beta in asked.beta] if "edge" in asked.fault else asked.beta
    places = list(itertools.product(betas, asked.w))
    done = _read(asked.out)
    begin = time.monotonic()
    for first in range(0, len(places), asked.together):
        batch = places[first : first + asked.together]
        if "slow" in asked.fault:
            time.sleep(_SLOW_S)
        jobs = [(*place, seed) for place in batch for seed in range(asked.seeds) if (*place, seed) not in done]
        for point in minimise(problem, jobs, objective, asked):
            done[point.beta, point.w, point.seed] = point
            _state(point, asked)
        _progress(first + len(batch), len(places), time.monotonic() - begin, asked.expect_s)
    _summarise([done[beta, w, seed] for beta, w in places for seed in range(asked.seeds)], problem, objective, asked)


def minimise(problem: Problem, jobs: Sequence[Job], objective: str, asked: argparse.Namespace) -> list[Point]:
    """Points and their repeats as one batch; each gives what it would give alone."""
    if not jobs:
        return []
    begin = time.monotonic()
    low, high = problem.low, problem.high
    if asked.free_w:
        low, high = (torch.cat([part, part.new_tensor([w])]) for part, w in zip((low, high), _W_BOX, strict=True))
    beta, w = (torch.tensor([job[k] for job in jobs], dtype=low.dtype, device=low.device) for k in (0, 1))
    mapping = old_mapping if objective == "old" else profiled

    def terms_of(theta: Tensor) -> Terms:
        shape = (len(jobs), *(1,) * (theta.dim() - 2))
        at_beta, at_w = (one.reshape(shape).expand(theta.shape[:-1]) for one in (beta, w))
        if asked.free_w:
            theta, at_w = theta[..., :-1], theta[..., -1]
        return problem.terms(at_beta, at_w, theta, asked.radial)

    def energies_of(theta: Tensor) -> Tensor:
        total = terms_of(theta).total
        if "unit_factor" in asked.fault:  # one particle in MeV, the others in GeV
            return torch.cat([total[..., :1] * 1e3, total[..., 1:]], -1)
        return total

    def chi2(theta: Tensor) -> Tensor:
        return mapping(problem.masses, energies_of(theta), problem.relative_error)[1]

    drawn = [random.SystemRandom().randrange(2**31) if "no_seed" in asked.fault else seed for _, _, seed in jobs]
    last: Generation | None = None
    for last in evolve(chi2, low, high, drawn, asked.population * len(low), asked.max_iter):
        _log_generation(last, jobs, time.monotonic() - begin)
        converged = last.spread <= _TOLERANCE * last.mean.abs()
        if bool(converged.all()):
            break
    assert last is not None
    scale, found = mapping(problem.masses, energies_of(last.at), problem.relative_error)
    if "per_particle_scale" in asked.fault:
        scale, found = (problem.masses / energies_of(last.at)).mean(-1), torch.zeros_like(found)
    pull = pulls(problem.masses, energies_of(last.at), scale[:, None], problem.relative_error)
    terms = terms_of(last.at)
    margin = 1e-6 * (high - low)
    at_bound = ((last.at - low < margin) | (high - last.at < margin)).sum(-1)
    seconds = (time.monotonic() - begin) / len(jobs)
    return [
        Point(
            *jobs[k],
            drawn=drawn[k],
            max_iter=asked.max_iter,
            objective=objective,
            chi2=float(found[k]),
            scale=float(scale[k]),
            theta=last.at[k].tolist(),
            pulls=pull[k].tolist(),
            flow=float(terms.flow[k].sum()),
            stabilisation=float(terms.stabilisation[k].sum()),
            gradient=float(terms.gradient[k].sum()),
            at_bound=int(at_bound[k]),
            evaluations=last.evaluations,
            seconds=seconds,
            status="converged" if bool(converged[k]) else "stopped by the limit",
        )
        for k in range(len(jobs))
    ]


def _log_generation(now: Generation, jobs: Sequence[Job], seconds: float) -> None:
    """Of the first point of a batch, as every point looks alike."""
    at = f"beta {jobs[0][0]:g}, w {jobs[0][1] or 'free'}"
    values = {"best": float(now.best[0]), "mean": float(now.mean[0]), "spread": float(now.spread[0])}
    values |= {"evaluations": now.evaluations, "seconds": seconds}
    labjournal.log({f"{name}/{at}": value for name, value in values.items()}, step=now.number)


def _state(point: Point, asked: argparse.Namespace) -> None:
    """One row, at once: a line of the file first, so that a scan that is killed goes on after it."""
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    with asked.out.with_suffix(".jsonl").open("a") as file:
        file.write(json.dumps(asdict(point)) + "\n")
    labjournal.result(
        dataset=asked.targets,
        options={
            "beta": f"{point.beta:g}",
            "w": f"{point.w:g}" if point.w else "free",
            "seed": point.seed,
            "objective": point.objective,
        },
        point_chi2=point.chi2,
        point_S=point.scale,
        grad_over_stab=point.gradient / point.stabilisation,
        at_bound=point.at_bound,
        point_s=point.seconds,
    )


def _read(out: Path) -> dict[tuple[float, float, int], Point]:
    """Points of an earlier start of this scan; half a last line is none."""
    file = out.with_suffix(".jsonl")
    found: dict[tuple[float, float, int], Point] = {}
    for line in file.read_text().splitlines() if file.exists() else []:
        try:
            point = Point(**json.loads(line))
        except (ValueError, TypeError):
            continue
        found[point.beta, point.w, point.seed] = point
    return found


def _progress(done: int, of: int, elapsed_s: float, expected_s: float) -> None:
    end = elapsed_s / done * of
    print(f"point {done}/{of}: {elapsed_s:.1f} s, {elapsed_s / done:.2f} s a point, {end:.1f} s in all", flush=True)
    if end > 1.5 * expected_s and elapsed_s > expected_s:
        labjournal.event(
            f"past its expected {expected_s:.0f} s: {done} of {of} points, {elapsed_s / done:.1f} s each, "
            f"ends after about {end:.0f} s; 54 points at this pace need {54 * elapsed_s / done:.0f} s"
        )


def _summarise(points: Sequence[Point], problem: Problem, objective: str, asked: argparse.Namespace) -> None:
    """What the scan says, as one result: minimum, whether it is bracketed, and how it compares with the scatter."""
    table: dict[tuple[float, float], list[float]] = {}
    for point in points:
        table.setdefault((point.beta, point.w), []).append(point.chi2)
    lowest = {place: min(values) for place, values in table.items()}
    beta, w = min(lowest, key=lambda place: lowest[place])
    chi2 = lowest[beta, w]
    betas, widths = sorted({b for b, _ in table}), sorted({v for _, v in table})
    scanned = sum(len(axis) > 1 for axis in (betas, widths)) + asked.free_w
    dof = problem.degrees_of_freedom(scanned)
    scatter = _scatter(list(table.values()))
    others = sorted(value for place, value in lowest.items() if place != (beta, w))
    along_beta = profile(lowest, 0)
    best = next(point for point in points if (point.beta, point.w) == (beta, w) and point.chi2 == chi2)
    reference = 3.034233053 if "wrong_reference" in asked.fault else REFERENCE_BETA  # two digits changed places
    metrics: dict[str, Any] = {
        "chi2_min": chi2,
        "beta_min": beta,
        "w_min": best.theta[-1] if asked.free_w else w,
        "bracketed_beta": float(_inside(beta, betas)),
        "bracketed_w": float(_inside(w, widths)),
        "dof": dof,
        "S_opt": best.scale,
        "seed_used": best.drawn,
        "lead": others[0] - chi2 if others else math.nan,
        "offset": 100 * (beta / reference - 1),
        "s_per_point": sum(point.seconds for point in points) / len(table),
    }
    if dof > 0:
        metrics["chi2_per_dof"] = chi2 / dof
    if scatter is not None:
        metrics["scatter"] = scatter
    sigma = interval(along_beta, chi2, dof)
    if asked.free_w and not isinstance(sigma, str):  # on a grid of w it is the width at one w
        metrics["sigma_beta"] = sigma
    grid = f"{len(betas)} x {'free' if asked.free_w else len(widths)}"
    how = {"objective": objective, "grid": grid, "seeds": asked.seeds, "max_iter": asked.max_iter}
    labjournal.result(dataset=asked.targets, options=how, **metrics)
    labjournal.settings({"objective": objective, "grid": grid, "points": len(table)})
    print(f"lowest at beta {beta:g}, w {metrics['w_min']:g}, of {len(table)} points; {dof} degrees of freedom")
    for at, value in along_beta.items():
        print(f"  beta {at:g}: dchi2 {value:.9g}")
    for axis, value, name in ((betas, beta, "beta"), (widths, w, "w")):
        if len(axis) > 1 and not _inside(value, axis):
            step = axis[1] - axis[0]
            labjournal.event(
                f"not bracketed: {name} {value:g} is at the edge of its grid; extend it to "
                f"{axis[0] - step if value == axis[0] else axis[-1] + step:g}"
            )
    if scatter is None:
        labjournal.event("the scatter of repeats is unknown: one seed")
    elif others and others[0] - chi2 < 3 * scatter:
        labjournal.event(
            f"below scatter: the next point is {others[0] - chi2:.3g} above, repeats scatter by {scatter:.3g}"
        )
    if dof <= 0:
        labjournal.event(f"not testable: {dof} degrees of freedom")
    if len(betas) > 1 and len(widths) > 1:
        labjournal.note(told(lowest, dof))
    elif asked.free_w:
        labjournal.note(line_told(along_beta, chi2, dof))


def _inside(value: float, axis: Sequence[float]) -> bool:
    return len(axis) == 1 or axis[0] < value < axis[-1]


def _scatter(repeats: Sequence[Sequence[float]]) -> float | None:
    """Standard deviation of the repeats of a point, pooled over the points; None for one seed."""
    degrees = sum(len(values) - 1 for values in repeats)
    if not degrees:
        return None
    squares = sum((value - sum(values) / len(values)) ** 2 for values in repeats for value in values)
    return math.sqrt(squares / degrees)


def _numbers(text: str) -> list[float]:
    """``3.0,3.1`` or, of so many in even steps, ``3.0..3.2:5``."""
    if ".." not in text:
        return [float(part) for part in text.split(",")]
    ends, _, count = text.partition(":")
    (low, high), steps = map(float, ends.split("..")), int(count) - 1
    return [round(low + k * (high - low) / steps, 10) for k in range(steps + 1)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", choices=("flat", "planted"), default="planted")
    parser.add_argument("--objective", choices=("profiled", "old"), default="profiled")
    parser.add_argument("--beta", type=_numbers, default=[3.05, 3.10, 3.15])
    parser.add_argument("--w", default="0.015,0.020,0.025", help="values, or free: minimised over at every beta")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--max-iter", type=int, default=15)
    parser.add_argument("--effort", type=int, default=1, help="so many times as many generations")
    parser.add_argument("--together", type=int, default=1, help="points in one batch; each batch is saved at once")
    parser.add_argument("--population", type=int, default=8, help="members for each free parameter")
    parser.add_argument("--radial", type=int, default=80, help="points of the radial grid")
    parser.add_argument("--expect-s", type=float, default=math.inf, help="how long all points should take")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fault", choices=FAULTS, nargs="+", default=[])
    asked = parser.parse_args()
    asked.max_iter *= asked.effort
    asked.free_w = asked.w == "free"
    asked.w = [0.0] if asked.free_w else _numbers(asked.w)
    return asked


if __name__ == "__main__":
    main()
