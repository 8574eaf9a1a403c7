"""Is a data set compatible with an ensemble of densities? The likelihood ratio T, its toys and their law.

    python lrt.py pair --lam 0 --out out/pair
    python lrt.py toys --lam 0,1e4,1e5 --accepted 1e5 --out out/toys

``pair`` fits the target with the ensemble alone (DEN) and with kernels beside it (NUM). ``toys`` draws data sets from
the ensemble itself, with weights from their prior, and fits all of them for all lambda in one tensor.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path

import density
import torch
from density import Ensemble, squared_distances, truth
from fitting import Data, Plan, State, fit, statistic
from law import histogram, summary
from torch import Tensor

import labjournal

FAULTS = ("sign", "unequal_epochs", "lambda0", "reverted_setting", "no_floor", "same_centres")
_TARGET_SEED, _ENSEMBLE_SEED, _TOY_SEED, _CENTRE_SEED = 11, 7, 1000, 5
_OLD_EPOCHS_SHARE = 10
_PER_KERNEL_LIMIT = 5.0


def main() -> None:
    asked = _arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    ensemble = density.train(asked.members, torch.Generator().manual_seed(_ENSEMBLE_SEED))
    epochs_den = asked.epochs
    if "reverted_setting" in asked.fault or "unequal_epochs" in asked.fault:
        epochs_den = asked.epochs // _OLD_EPOCHS_SHARE
    penalties = [0.0] * len(asked.lam) if "lambda0" in asked.fault else asked.lam
    floor = 0.0 if "no_floor" in asked.fault else density.FLOOR
    plan = Plan.den_and_num(penalties, epochs_den, asked.epochs, floor)
    labjournal.settings(
        {
            "epochs_den": epochs_den,
            "epochs_num": asked.epochs,
            "lambda_L2": penalties[asked.lam.index(asked.accepted)],
            "aux_sign": "-" if "sign" in asked.fault else "+",
            "floor": floor,
            "centres": _centres_of(asked),
            "n": asked.n,
            "n_kernels": asked.kernels,
            "seed": _TARGET_SEED,
        }
    )
    target = truth(asked.n, torch.Generator().manual_seed(_TARGET_SEED))
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    if asked.mode == "pair":
        _pair(target, ensemble, plan, asked, device)
    else:
        _toys(target, ensemble, plan, asked, device)


@dataclass(frozen=True)
class Pairs:
    """T of every data set (rows) and lambda (columns), and what says whether it may be believed."""

    last: State
    t: Tensor
    per_event: Tensor
    residual: Tensor
    """Of the identity ``T = loss_den - loss_num + penalty``."""
    slope: Tensor
    """(B, L) nats per epoch over the last 10% of each column's own epochs, DEN first."""


def compare(data: Data, plan: Plan, sign: float = 1.0, log_every: int = 0) -> Pairs:
    """Fits and compares DEN (column 0) with every NUM."""
    tenth = max(1, int(plan.epochs.min()) // 10)
    every = math.gcd(tenth, log_every)
    losses: dict[int, Tensor] = {}
    state: State | None = None
    for state in fit(data, plan, every):
        losses[state.epoch] = state.loss
        if log_every and state.epoch % log_every == 0:
            _log(state, losses, every)
    assert state is not None
    log_p, aux = state.log_p, state.aux
    t, per_event = statistic(log_p[:, 1:], aux[:, 1:], log_p[:, :1], aux[:, :1], sign)
    residual = t - (state.loss[:, :1] - state.loss[:, 1:] + state.cost[:, 1:])
    slopes = [_slope(losses, int(plan.epochs[k]), every)[:, k] for k in range(len(plan.epochs))]
    return Pairs(state, t, per_event, residual, torch.stack(slopes, 1))


def _slope(losses: dict[int, Tensor], end: int, every: int) -> Tensor:
    """Nats per epoch over the last 10% of the epochs up to ``end``; positive while the loss falls."""
    begin = max(0, end - max(every, end // 10 // every * every))
    return (losses[begin] - losses[end]) / (end - begin)


def _log(state: State, losses: dict[int, Tensor], every: int) -> None:
    values = {"gap_nats": float(state.loss[0, 0] - state.loss[0, 1])}
    for name, k in (("den", 0), ("num", 1)):
        values |= {
            f"{name}/loss": float(state.loss[0, k]),
            f"{name}/sum_log_p": float(state.log_p[0, k].sum()),
            f"{name}/aux": float(state.aux[0, k]),
            f"{name}/penalty": float(state.cost[0, k]),
            f"{name}/gradient_norm": float(state.gradient[0, k]),
            f"{name}/floored": float(state.floored[0, k]),
            f"{name}/at_clip": float(state.at_clip[0, k]),
            f"{name}/size_a": float(state.size[0, k]),
            f"{name}/shift_sigmas": float(state.shift[0, k]),
        }
        if state.epoch:
            values[f"{name}/slope_nats_per_epoch_last_tenth"] = float(_slope(losses, state.epoch, every)[0, k])
            at = max(0, state.epoch - 1000) // every * every
            values[f"{name}/slope_nats_per_epoch_last_1000"] = float(
                (losses[at][0, k] - state.loss[0, k]) / (state.epoch - at)
            )
    labjournal.log(values, step=state.epoch)


def _pair(target: Tensor, ensemble: Ensemble, plan: Plan, asked: argparse.Namespace, device: torch.device) -> None:
    x = target[None].to(device)
    data = Data.of(x, x[:, : asked.kernels], ensemble.to(device))
    found = compare(data, plan, -1.0 if "sign" in asked.fault else 1.0, asked.log_every)
    last, j = found.last, asked.kernels
    t = float(found.t[0, 0])
    sign = -1.0 if "sign" in asked.fault else 1.0
    log_likelihood = last.log_p.sum(-1) + sign * last.aux
    slope_limit = 0.01 * j / (0.1 * asked.epochs)
    found_wanting = marks(t, j, found, slope_limit, plan)
    for sentence in found_wanting.values():
        labjournal.event(sentence)
    labjournal.result(
        dataset="target",
        options={"sign": "- aux" if sign < 0 else "+ aux", "verdict": ", ".join(found_wanting) or "may stand"},
        T=t,
        T2=2 * t,
        T_per_kernel=t / j,
        T_without_centres=float(found.per_event[0, 0, j:].sum()),
        T_sum_of_events=float(found.per_event[0, 0].sum()),
        loss_den=float(last.loss[0, 0]),
        loss_num=float(last.loss[0, 1]),
        aux_den=float(last.aux[0, 0]),
        aux_num=float(last.aux[0, 1]),
        penalty_num=float(last.cost[0, 1]),
        residual=float(found.residual[0, 0]),
        loglik_plus_loss_den=float(log_likelihood[0, 0] + last.loss[0, 0]),
        loglik_plus_loss_num=float(log_likelihood[0, 1] + last.loss[0, 1] - last.cost[0, 1]),
        slope_den=float(found.slope[0, 0]),
        slope_num=float(found.slope[0, 1]),
        slope_limit=slope_limit,
        floored_den=float(last.floored[0, 0]),
        floored_num=float(last.floored[0, 1]),
        trained_den=int(plan.epochs[0]),
        trained_num=int(plan.epochs[1]),
        asked_den=asked.epochs // _OLD_EPOCHS_SHARE if "unequal_epochs" in asked.fault else asked.epochs,
    )
    print(f"T {t:.6g}, 2T {2 * t:.6g}: 2T is compared with chi2({j - 1}); {t / j:.3g} nats per kernel, 0.5 expected")


def marks(t: float, kernels: int, found: Pairs, slope_limit: float, plan: Plan) -> dict[str, str]:
    """What must stand beside T wherever it is shown, and why."""
    told = {}
    residual, worst = float(found.residual.abs().max()), float(found.slope.max())
    if not residual < 1e-6 * max(1.0, abs(t)):
        told["sign"] = f"the identity T = loss_den - loss_num + penalty is broken: residual {residual:.6g}"
    if int(plan.epochs.min()) != int(plan.epochs.max()):
        told["unequal"] = f"unequal training: DEN {int(plan.epochs[0])} epochs, NUM {int(plan.epochs[1])}"
    if not worst < slope_limit:
        told["not converged"] = f"not converged: {worst:.3g} nats per epoch over the last 10%, limit {slope_limit:.3g}"
    if not t / kernels <= _PER_KERNEL_LIMIT:
        told["far above its law"] = (
            f"statistic far above its law: T = {t:.6g} is {t / kernels:.3g} nats per kernel where 0.5 is expected; "
            "the usual suspects: sign, training, regularisation"
        )
    return told


def draw_toys(ensemble: Ensemble, seeds: list[int], n: int) -> Tensor:
    """(B, n, 2): data sets of the ensemble itself, each with weights drawn from the prior."""
    found = []
    for seed in seeds:
        draw = torch.Generator().manual_seed(seed)
        z = torch.randn(ensemble.spread.shape[1], generator=draw, dtype=torch.float64)
        found.append(ensemble.sample(ensemble.mu + ensemble.spread @ z, n, draw))
    return torch.stack(found)


def place(where: str, x: Tensor, kernels: int, ensemble: Ensemble) -> Tensor:
    """(B, J, 2) centres for the data sets ``x``, of which the target is the last."""
    if where == "own":
        return x[:, :kernels]
    if where == "target":
        return x[-1:, :kernels].expand(len(x), -1, -1)
    candidates = ensemble.sample(ensemble.mu, 20 * kernels, torch.Generator().manual_seed(_CENTRE_SEED))
    if where == "dense":
        p = ensemble.members(candidates) @ ensemble.mu
        candidates = candidates[p > p.median()]
    return candidates[:kernels].expand(len(x), -1, -1)


def _toys(target: Tensor, ensemble: Ensemble, plan: Plan, asked: argparse.Namespace, device: torch.device) -> None:
    seeds = [_TOY_SEED + k for k in range(asked.first, asked.first + asked.toys)]
    x = torch.cat([draw_toys(ensemble, seeds, asked.n), target[None]])
    j = asked.kernels
    centres = place(_centres_of(asked), x, j, ensemble)
    begin = time.monotonic()
    found = compare(Data.of(x.to(device), centres.to(device), ensemble.to(device)), plan)
    seconds = time.monotonic() - begin
    own = (squared_distances(centres, x).amin(-1) == 0).double().mean(1)
    with asked.out.with_suffix(".jsonl").open("w") as file:
        for row, seed in enumerate(seeds):
            for column, penalty in enumerate(plan.penalty[1:].tolist()):
                told = {"seed": seed, "lambda": penalty, "T": float(found.t[row, column])}
                told |= {"slope_den": float(found.slope[row, 0]), "slope_num": float(found.slope[row, column + 1])}
                file.write(json.dumps(told | {"seconds": seconds / len(x)}) + "\n")
    print(f"{len(seeds)} toys, {len(plan.penalty) - 1} lambda: {seconds:.1f} s in one tensor; chi2({j - 1}) for 2T")
    for column, name in enumerate(asked.lam):
        t, observed = found.t[:-1, column], float(found.t[-1, column])
        figures = summary(t, observed, j - 1)
        labjournal.result(dataset="toys", options={"lam": f"{name:g}"}, n=len(t), **figures)
        print(f"lambda {plan.penalty[column + 1]:g}: " + ", ".join(f"{k} {v:.4g}" for k, v in figures.items()))
        if name == asked.accepted:
            labjournal.note(f"lambda {plan.penalty[column + 1]:g}. {histogram(t, j - 1)}")
            slope = float(found.slope[:-1, [0, column + 1]].max())
            labjournal.result(
                dataset="accepted",
                slope_worst=slope,
                slope_limit=0.01 * j / (0.1 * asked.epochs),
                residual=float(found.residual[:, column].abs().max()),
                T_least=float(t.min()),
                floored_toys=int((found.last.floored[:-1, column + 1] > 0).sum()),
                mean_T_per_kernel=float(t.mean()) / j,
                centres_in_toys=float(own[:-1].min()),
                centres_in_target=float(own[-1]),
                trained_den=int(plan.epochs[0]),
                trained_num=int(plan.epochs[1]),
                **{f"accepted_{k}": v for k, v in figures.items()},
            )


def _centres_of(asked: argparse.Namespace) -> str:
    return "target" if "same_centres" in asked.fault else str(asked.centres)


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def _faults(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(FAULTS):
        raise argparse.ArgumentTypeError(f"no such fault: {', '.join(sorted(unknown))}")
    return names


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=("pair", "toys"))
    parser.add_argument("--n", type=int, default=2000, help="points of a data set")
    parser.add_argument("--members", type=int, default=12)
    parser.add_argument("--kernels", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=500, help="of DEN and of NUM")
    parser.add_argument("--lam", type=_numbers, default=[0.0], help="lambda_L2; several for toys")
    parser.add_argument("--accepted", type=float, help="the lambda whose law is judged; default: the first")
    parser.add_argument("--toys", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="number of the first toy, to spread toys over jobs")
    parser.add_argument("--centres", choices=("own", "dense", "any"), default="own", help="its events, or fixed points")
    parser.add_argument("--log-every", type=int, default=100)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fault", type=_faults, default=[], help=f"comma-separated: {', '.join(FAULTS)}")
    asked = parser.parse_args()
    if asked.accepted is None:
        asked.accepted = asked.lam[0]
    return asked


if __name__ == "__main__":
    main()
