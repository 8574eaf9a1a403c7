"""Toys of the likelihood-ratio study in one tensor, against the same fits one by one, at the smoke's size.

One by one means as one would write it: a loop over toys and lambda, autograd, torch's Adam. The study's own step, which
needs no autograd, is timed one by one as well. CPU seconds of one thread.

python benchmarks/lrt_toys.py [EPOCHS]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "entries" / "lrt"))

import density
import torch
from fitting import CLIP, RATE_KERNELS, RATE_WEIGHTS, Data, Plan, State, centred, fit
from lrt import draw_toys

TOYS, POINTS, KERNELS = 20, 1000, 20
PENALTIES = [0.0, 1.0, 1e1, 1e2, 1e3, 1e4]


def main() -> None:
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    torch.set_num_threads(1)
    ensemble = density.train(12, torch.Generator().manual_seed(7))
    x = draw_toys(ensemble, list(range(TOYS)), POINTS)
    data = Data.of(x, x[:, :KERNELS], ensemble)
    plan = Plan.den_and_num(PENALTIES, epochs, epochs)
    _by_autograd(_toy(data, 0), plan, 0, 1)  # the first optimizer of a process imports for seconds
    begin = time.process_time()
    whole = _end(data, plan)
    batched = time.process_time() - begin
    serial, autograd, worst = 0.0, 0.0, 0.0
    for toy in range(TOYS):
        one = _toy(data, toy)
        for column in range(len(PENALTIES) + 1):
            alone = Plan(*(part[column : column + 1] for part in (plan.penalty, plan.extra, plan.epochs)))
            begin = time.process_time()
            loss = float(_end(one, alone).loss[0, 0])
            between = time.process_time()
            again = _by_autograd(one, plan, column, epochs)
            serial, autograd = serial + between - begin, autograd + time.process_time() - between
            worst = max(worst, *(abs(value - float(whole.loss[toy, column])) for value in (loss, again)))
    fits = TOYS * (len(PENALTIES) + 1)
    print(f"{fits} fits of {epochs} epochs: {batched:.2f} s CPU in one tensor")
    print(f"one by one with autograd and torch's Adam {autograd:.1f} s: ratio {autograd / batched:.1f}")
    print(f"one by one with the study's own step {serial:.1f} s: ratio {serial / batched:.1f}")
    print(f"the losses differ by {worst:.1e} at most")


def _by_autograd(data: Data, plan: Plan, column: int, epochs: int) -> float:
    """The loss of one toy with one lambda after so many epochs."""
    base, table, free = data.base[0], data.table[0], data.table.shape[1] - data.kernels
    extra, penalty = float(plan.extra[column]), float(plan.penalty[column])
    z = torch.zeros(free, dtype=torch.float64, requires_grad=True)
    raw = torch.zeros(data.kernels, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([{"params": [z], "lr": RATE_WEIGHTS}, {"params": [raw], "lr": RATE_KERNELS}])

    def loss() -> torch.Tensor:
        a = centred(raw) * extra
        log_p = (base + z @ table[:free] + a @ table[free:]).clamp(min=density.FLOOR).log()
        return -log_p.sum() - data.log_norm + 0.5 * (z @ z) + penalty * (a @ a)

    for _ in range(epochs):
        adam.zero_grad()
        loss().backward()  # type: ignore[no-untyped-call]
        adam.step()
        with torch.no_grad():
            raw.clamp_(-CLIP, CLIP)
    return float(loss().detach())


def _toy(data: Data, toy: int) -> Data:
    return Data(data.base[toy : toy + 1], data.table[toy : toy + 1], data.kernels, data.log_norm)


def _end(data: Data, plan: Plan) -> State:
    return list(fit(data, plan))[-1]


if __name__ == "__main__":
    main()
