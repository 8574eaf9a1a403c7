"""Train the estimator: five steps on one frozen batch (litmus), or whole epochs (fit).

python train.py litmus --out out/litmus.pt
python train.py fit --epochs 30 --seed 1 --out out/overfit.pt
"""

from __future__ import annotations

import argparse
import math
import resource
import sys
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch
from arrays import Scenes, angle_error, draw, sample_covariance
from estimator import Estimator
from objective import Annealing, Stop, Stuck, Weights, blend, check_finite, check_gradient, guarded, nmse, nmse_parts
from torch import Tensor

import labjournal

FAULTS = (
    "zero_weight",
    "detach_blend",
    "beta_one",
    "nan_batch",
    "hidden_network",
    "wrong_total",
    "off_by_one",
    "tiny_grad",
)
LITMUS_STEPS = 5
_CLIP = 1.0
_DOMINATES = 0.5
_VALIDATION_SEED = 10_000


@dataclass
class Trainer:
    """One network, its optimizer, and what is logged of each step."""

    net: Estimator
    annealing: Annealing
    asked: argparse.Namespace
    stuck: Stuck = field(default_factory=Stuck)
    steps: int = 0
    corrections: int = 0
    raised: bool = False
    last: dict[str, float] = field(default_factory=dict)
    """What the last step came to."""

    @cached_property
    def optimizer(self) -> torch.optim.Optimizer:
        """Made when the guards have let the first step pass: its import takes as long as that of torch."""
        return torch.optim.Adam(self.net.parameters(), lr=self.asked.lr)

    def beta(self, epoch: int) -> float:
        if "beta_one" in self.asked.fault:
            return 1.0
        if "hidden_network" in self.asked.fault:
            return 0.95
        if self.asked.fixed_beta is not None:
            return float(self.asked.fixed_beta)
        return self.annealing(epoch - 1 if "off_by_one" in self.asked.fault else epoch)

    def weights(self, beta: float) -> Weights:
        """Those that act at this beta; a change of them is an event."""
        cov = 0.0 if "zero_weight" in self.asked.fault else self.asked.lam_cov
        base = Weights(cov, 0.0 if "hidden_network" in self.asked.fault else self.asked.lam_pred)
        acting = base.at(beta)
        if (acting != base) != self.raised:
            self.raised = acting != base
            self.corrections += 1
            word = "raised" if self.raised else "back"
            labjournal.event(f"correction: lam_pred {word}: {acting.pred:g} at beta {beta:g} (set: {base.pred:g})")
        return acting

    def step(self, scenes: Scenes, numbers: Tensor, beta: float) -> tuple[float, float, float]:
        """Total, main and auxiliary loss of one step. Raises Stop when a guard speaks."""
        snapshots, truth = scenes.snapshots, scenes.covariance()
        if "nan_batch" in self.asked.fault:
            snapshots = snapshots.clone()
            snapshots[len(snapshots) // 2, 0, 0] = math.nan
        weights = self.weights(beta)
        if not self.asked.unguarded:
            check_finite(snapshots, numbers)
        with torch.autocast(snapshots.device.type, torch.bfloat16, enabled=self.asked.precision == "bf16"):
            predicted = self.net(snapshots)
        sampled = sample_covariance(snapshots)
        blended = blend(predicted, sampled, beta)
        if "detach_blend" in self.asked.fault:
            blended = blended.detach()
        if not self.asked.unguarded:
            guarded(weights.check, lambda: check_gradient(blended, predicted))
            if not self.steps and (notice := weights.check()):
                labjournal.event(notice)
        main, aux = nmse(blended, truth).mean(), nmse(predicted, truth).mean()
        if self.asked.unguarded:  # the branch of before the review knew no auxiliary part
            weights = Weights(weights.cov, weights.pred * weights.cov)
        loss = weights.total(main, aux)
        if not self.steps:
            self._first_batch(blended, predicted, sampled, truth, weights, (loss, main, aux))
        self.optimizer.zero_grad()
        (loss * 1e-9 if "tiny_grad" in self.asked.fault else loss).backward()  # type: ignore[no-untyped-call]
        values = {f"grad_norm/{name}": _norm(module.parameters()) for name, module in self.net.named_children()}
        gradients = [p.grad for p in self.net.parameters() if p.grad is not None]
        values["grad_norm"] = float(torch.nn.utils.clip_grad_norm_(self.net.parameters(), _CLIP))
        values["nonfinite"] = sum(int((~g.isfinite()).sum()) for g in gradients) / sum(g.numel() for g in gradients)
        self.optimizer.step()
        self.steps += 1
        total, parts = float(loss.detach()), (float(main.detach()), float(aux.detach()))
        if "wrong_total" in self.asked.fault:  # the main part alone, called the total
            total = weights.cov * parts[0]
        values |= {"loss": total, "main": parts[0], "aux": parts[1], "lr": self.asked.lr}
        values |= {"step_beta": beta, "lam_cov": weights.cov, "lam_pred": weights.pred}
        labjournal.log(values, step=self.steps)
        self.last = {"train_total": total, "train_main": parts[0], "train_aux": parts[1]}
        self.last["last_grad_norm"] = values["grad_norm"]
        self.stuck.see(total)
        return total, *parts

    def shares(self, scenes: Scenes, beta: float) -> float:
        """Norm of the auxiliary gradient over that of the main one, both weighted."""
        predicted = self.net(scenes.snapshots)
        truth, weights = scenes.covariance(), self.weights(beta)
        main = weights.cov * nmse(blend(predicted, sample_covariance(scenes.snapshots), beta), truth).mean()
        aux = weights.pred * nmse(predicted, truth).mean()
        norms = []
        for part in (main, aux):
            gradients = torch.autograd.grad(part, list(self.net.parameters()), retain_graph=True, allow_unused=True)
            norms.append(math.sqrt(sum(float(g.square().sum()) for g in gradients if g is not None)))
        return norms[1] / norms[0] if norms[0] else math.inf

    def _first_batch(
        self,
        blended: Tensor,
        predicted: Tensor,
        sampled: Tensor,
        truth: Tensor,
        weights: Weights,
        losses: tuple[Tensor, Tensor, Tensor],
    ) -> None:
        total, main, aux = (float(one.detach()) for one in losses)
        norms = {name: float(one.detach().norm()) for name, one in (("pred", predicted), ("samp", sampled))}
        labjournal.event(
            f"first batch: requires_grad pred {predicted.requires_grad}, blend {blended.requires_grad}; "
            f"lam_cov {weights.cov:g}, lam_pred {weights.pred:g}; loss {total:.4g} (main {main:.4g}, aux {aux:.4g}); "
            f"norms {norms['pred']:.4g} (pred), {norms['samp']:.4g} (samp); "
            f"|R_pred - R|_F {float((predicted.detach() - truth).norm()):.4g}"
        )


def litmus(asked: argparse.Namespace, device: torch.device) -> None:
    """Five steps on one frozen batch; beta goes from 0 to its end, counted from 0."""
    trainer = _trainer(asked, Annealing(0.0, asked.beta_end, LITMUS_STEPS - 1, first=0), device)
    batch = draw(asked.batch, asked.sensors, asked.snapshots, asked.seed).to(device)
    before = [p.detach().clone() for p in trainer.net.parameters()]
    predicted = nmse(trainer.net(batch.snapshots), batch.covariance()).mean()
    rows = [trainer.step(batch, torch.arange(len(batch)), trainer.beta(k)) for k in range(LITMUS_STEPS)]
    moved = sum(not torch.equal(a, b) for a, b in zip(before, trainer.net.parameters(), strict=True))
    on, off = (part.mean() for part in nmse_parts(trainer.net(batch.snapshots), batch.covariance()))
    after = 0.5 * (on + off)
    labjournal.result(
        dataset="frozen batch",
        fall=1 - rows[-1][0] / rows[0][0],
        fall_of_pred=float((1 - after / predicted).detach()),
        **trainer.last,
        nmse_d=float(on.detach()),
        nmse_o=float(off.detach()),
        beta_end_used=trainer.beta(LITMUS_STEPS - 1),
        warm_up=trainer.annealing.warm_up,
        moved=moved / len(before),
        corrections=trainer.corrections,
    )
    print(f"loss {rows[0][0]:.4f} -> {rows[-1][0]:.4f}; of the prediction alone {predicted:.4f} -> {after:.4f}")


def fit(asked: argparse.Namespace, device: torch.device) -> None:
    """Whole epochs, counted from 1, with early stopping on the validation loss."""
    begin = time.monotonic()
    trainer = _trainer(asked, Annealing.over(asked.epochs, 0.0, asked.beta_end), device)
    train = draw(asked.samples, asked.sensors, asked.snapshots, asked.seed).to(device)
    held_out = draw(asked.held_out, asked.sensors, asked.snapshots, _VALIDATION_SEED).to(device)
    labjournal.settings({"warm_up": trainer.annealing.warm_up, "parameters": _size(trainer.net)})
    try:
        now, best, best_epoch, reason = _epochs(trainer, train, held_out)
    except Stop:
        if trainer.steps:
            labjournal.result(dataset="held out", **trainer.last, corrections=trainer.corrections)
        raise
    _state(trainer, held_out, now, best, best_epoch, reason, time.monotonic() - begin)


def _epochs(trainer: Trainer, train: Scenes, held_out: Scenes) -> tuple[dict[str, float], float, int, str]:
    """What the last epoch came to, the best value with its epoch, and why it ended."""
    asked, device = trainer.asked, train.snapshots.device
    order = torch.Generator().manual_seed(asked.seed)
    best, best_epoch, reason = math.inf, 0, "all epochs done"
    now: dict[str, float] = {}
    for epoch in range(1, asked.epochs + 1):
        beta = trainer.beta(epoch)
        batches = torch.randperm(len(train), generator=order).split(asked.batch)
        sums = torch.zeros(3, dtype=torch.float64)
        for rows in batches:
            sums += torch.tensor(trainer.step(train[rows.to(device)], rows, beta), dtype=torch.float64) * len(rows)
        share = trainer.shares(train[batches[0].to(device)], beta)
        if share > _DOMINATES and trainer.weights(beta).cov > 0 and epoch >= trainer.annealing.warm_up:
            labjournal.event(f"note: the auxiliary gradient is {share:.3g} of the main one at beta {beta:g}")
        total, main, aux = (sums / len(train)).tolist()
        now = validate(trainer, held_out, beta)
        now |= {"train_total": total, "train_main": main, "train_aux": aux, "beta": beta, "aux_share": share}
        if now["val_loss"] < best:
            best, best_epoch = now["val_loss"], epoch
            asked.out.parent.mkdir(parents=True, exist_ok=True)
            torch.save(trainer.net.state_dict(), asked.out)
        left = asked.patience - (epoch - best_epoch)
        labjournal.log({**now, "patience_left": left, "epoch": epoch}, step=epoch)
        print(
            f"epoch {epoch}/{asked.epochs}: total {total:.4f} (main {main:.4f}, aux {aux:.4f}), "
            f"val {now['val_loss']:.4f} (blend {now['val_blend']:.4f}, pred {now['val_pred']:.4f}, "
            f"samp {now['val_samp']:.4f}), beta {beta:g}",
            flush=True,
        )
        if left <= 0:
            reason = f"patience of {asked.patience} used up"
            break
    return now, best, best_epoch, reason


@torch.no_grad()
def validate(trainer: Trainer, scenes: Scenes, beta: float) -> dict[str, float]:
    """The loss with its parts, and the error of the blend, of the prediction alone and of the samples alone."""
    predicted, truth = trainer.net(scenes.snapshots), scenes.covariance()
    sampled = sample_covariance(scenes.snapshots)
    blended = blend(predicted, sampled, beta)
    on, off = (part.mean() for part in nmse_parts(blended, truth))
    main, aux, samp = (nmse(one, truth).mean() for one in (blended, predicted, sampled))
    total = trainer.weights(beta).total(main, aux)
    names = ("val_loss", "val_blend", "val_pred", "val_samp", "nmse_d", "nmse_o")
    return dict(zip(names, (float(one) for one in (total, main, aux, samp, on, off)), strict=True))


@torch.no_grad()
def _state(
    trainer: Trainer, scenes: Scenes, now: dict[str, float], best: float, best_epoch: int, reason: str, seconds: float
) -> None:
    """What came out at the last epoch, and where the best one was, as one result."""
    predicted, sampled = trainer.net(scenes.snapshots), sample_covariance(scenes.snapshots)
    angles = {
        "angle_blend": angle_error(blend(predicted, sampled, now["beta"]), scenes),
        "angle_pred": angle_error(predicted, scenes),
        "angle_samp": angle_error(sampled, scenes),
    }
    if now["val_pred"] >= now["val_samp"] or now["val_blend"] >= now["val_samp"]:
        labjournal.event(
            f"hides behind the sample: error {now['val_pred']:.4g} (pred), {now['val_blend']:.4g} (blend), "
            f"{now['val_samp']:.4g} (samp) at beta {now['beta']:g}"
        )
    if not trainer.corrections:
        labjournal.event("no correction acted")
    labjournal.event(f"ended: {reason}; best {best:.6g} at epoch {best_epoch}")
    memory = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else _resident()
    labjournal.result(
        dataset="held out",
        **{name: value for name, value in now.items() if name not in ("beta", "aux_share")},
        **angles,
        val_best=best,
        best_epoch=best_epoch,
        beta_end_used=now["beta"],
        warm_up=trainer.annealing.warm_up,
        last_grad_norm=trainer.last["last_grad_norm"],
        corrections=trainer.corrections,
        took_s=seconds,
        memory_mb=memory / 2**20,
    )


def _trainer(asked: argparse.Namespace, annealing: Annealing, device: torch.device) -> Trainer:
    torch.manual_seed(asked.seed)
    net = Estimator(asked.sensors, asked.width, asked.layers, asked.heads).to(device)
    return Trainer(net, annealing, asked)


def _norm(parameters: object) -> float:
    gradients = [p.grad for p in parameters if p.grad is not None]  # type: ignore[attr-defined]
    return float(torch.stack([g.norm() for g in gradients]).norm()) if gradients else 0.0


def _size(net: torch.nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def _resident() -> int:
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kib if sys.platform == "darwin" else 1024 * kib


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=("litmus", "fit"))
    parser.add_argument("--sensors", type=int, default=16)
    parser.add_argument("--snapshots", type=int, default=12)
    parser.add_argument("--samples", type=int, default=64)
    parser.add_argument("--held-out", type=int, default=256)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--patience", type=int, default=6)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--heads", type=int, default=4, help="virtual snapshots made of each")
    parser.add_argument("--lam-cov", type=float, default=1.0)
    parser.add_argument("--lam-pred", type=float, default=0.05)
    parser.add_argument("--beta-end", type=float, default=0.30)
    parser.add_argument("--fixed-beta", type=float, help="no annealing")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32", help="of the layers")
    parser.add_argument("--unguarded", action="store_true", help="the code before the review")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fault", choices=FAULTS, nargs="+", default=[])
    return parser.parse_args()


def main() -> None:
    asked = _arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.type == "cpu":
        torch.set_num_threads(1)  # the matrices are small, and the same numbers come out on every machine
    try:
        (litmus if asked.stage == "litmus" else fit)(asked, device)
    except Stop as stop:
        labjournal.event(str(stop))
        sys.exit(f"stopped: {stop}")


if __name__ == "__main__":
    main()
