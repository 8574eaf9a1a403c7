"""Losses that scripts write by themselves: is a prediction (N, 1) spread against targets (N), or are pairs meant?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hooked import PROGRAMS, run_hooked

torch = pytest.importorskip("torch")

from torch.nn import functional as F  # noqa: E402

from labjournal.watch.places import made_at  # noqa: E402
from labjournal.watch.spread import spread_sides  # noqa: E402

N = 16
Loss = Callable[[Any, Any], Any]


def binary(p: Any, y: Any) -> Any:
    q, z = torch.sigmoid(p).clamp(1e-6, 1 - 1e-6), (y > 0).float()
    return -(z * torch.log(q) + (1 - z) * torch.log(1 - q)).mean()


def clipped_objective(p: Any, y: Any) -> Any:
    ratio = torch.exp(p - p.detach())
    return -torch.min(ratio * y, ratio.clamp(0.8, 1.2) * y).mean()


OWN: dict[str, Loss] = {
    "huber": lambda p, y: torch.where((p - y).abs() < 1, 0.5 * (p - y) ** 2, (p - y).abs() - 0.5).mean(),
    "l1_loss": F.l1_loss,
    "mse_loss": F.mse_loss,
    "gaussian_nll": lambda p, y: F.gaussian_nll_loss(p, y, torch.ones_like(p)),
    "value_of_next_state": lambda p, y: F.smooth_l1_loss(p, (y + 0.9 * p).detach()),
    "log_cosh": lambda p, y: torch.log(torch.cosh(p - y)).mean(),
    "norm": lambda p, y: torch.norm(p - y),
    "root_mean_square": lambda p, y: torch.sqrt(((p - y) ** 2).mean()),
    "pinball": lambda p, y: torch.max(0.9 * (y - p), -0.1 * (y - p)).mean(),
    "hinge": lambda p, y: (1 - p * y.sign()).clamp(min=0).mean(),
    "squared_hinge": lambda p, y: F.relu(1 - p * y.sign()).pow(2).mean(),
    "soft_margin": lambda p, y: F.softplus(-p * y.sign()).mean(),
    "log_sigmoid": lambda p, y: -F.logsigmoid(p * y.sign()).mean(),
    "binary": binary,
    "masked": lambda p, y: ((p - y) ** 2).masked_select((p - y) > -9).mean(),
    "nanmean": lambda p, y: ((p - y) ** 2).nanmean(),
    "cauchy": lambda p, y: torch.log1p((p - y) ** 2).mean(),
    "clipped_objective": clipped_objective,
    "student": lambda p, y: -torch.distributions.StudentT(3.0, p, 1.0).log_prob(y).mean(),
    "bernoulli": lambda p, y: -torch.distributions.Bernoulli(logits=p).log_prob((y > 0).float()).mean(),
}
PAIRS: dict[str, Loss] = {
    "ranks": lambda p, y: F.softplus(-(p - p.T) * (y[:, None] - y).sign()).mean(),
    "ranks_where": lambda p, y: torch.where(y[:, None] > y, F.softplus(p.T - p), torch.zeros(())).mean(),
    "ranks_stood_up": lambda p, y: F.relu(1 - (p[:, 0].view(-1, 1) - p.detach().view(1, -1)) * (y[:, None] > y)).mean(),
    "nearest": lambda p, y: (p - y).abs().min(1)[0].mean(),
    "kernel": lambda p, y: -torch.log(torch.exp(-((p - y) ** 2)).mean(0)).mean(),
    "soft_histogram": lambda p, y: (torch.sigmoid(9 * (p - y)).mean(0) - 0.5).pow(2).mean(),
    "products": lambda p, y: ((p * y[None]).sum(1) - y).pow(2).mean(),
    "energy": lambda p, y: 2 * (p - y[None]).abs().mean() - (p - p.T).abs().mean(),
    "hazard": lambda p, y: -torch.log((torch.exp(p) * (y[:, None] >= y)).sum(0)).mean(),
}


def scores(seed: int) -> Any:
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))(torch.randn(N, 3))


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("name", OWN)
def test_a_spread_prediction_is_seen_and_one_of_the_same_shape_is_not(name: str) -> None:
    p, y = scores(1), torch.randn(N)
    spread_before = {"value_of_next_state": (N, N)}
    assert spread_sides(OWN[name](p, y), read=True) == ((N, 1), spread_before.get(name, (N,)))
    assert spread_sides(OWN[name](p.squeeze(1), y), read=True) is None
    assert spread_sides(OWN[name](p, y[:, None]), read=True) is None


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("name", ["mse_loss", "huber", "hinge"])
def test_the_target_may_be_the_one_that_stands_up(name: str) -> None:
    assert spread_sides(OWN[name](scores(3).squeeze(1), torch.randn(N, 1)), read=True) == ((N,), (N, 1))


@pytest.mark.parametrize("name", PAIRS)
def test_pairs_that_are_meant_are_left_alone(name: str) -> None:
    assert spread_sides(PAIRS[name](scores(2), torch.randn(N)), read=True) is None


def test_the_line_is_that_which_made_the_loss_and_not_what_was_done_to_it_since() -> None:
    loss = scores(4).mean()
    made = sys._getframe().f_lineno - 1
    loss = loss / 4
    told, elsewhere = made_at(loss, sys._getframe()), made_at(object(), sys._getframe())
    assert [str(one).rpartition("test_spread.py:")[2] for one in (told, elsewhere)] == [str(made), str(made + 3)]


def test_the_finding_names_both_shapes_and_the_line(tmp_path: Path) -> None:
    script = (PROGRAMS / "mse_broadcast.py").read_text()
    line = 1 + script.splitlines().index("        loss = loss_fn(pred, yb)")
    said = run_hooked([PROGRAMS / "mse_broadcast.py"], tmp_path).findings("alarm")[0]
    assert (
        f"Prediction (32, 1) and target (32) are spread to pairs of all with all in the loss of mse_broadcast.py:{line}"
        in said["message"]
    )
    evidence = said["evidence"]
    assert (evidence["prediction"], evidence["target"], evidence["line"]) == ([32, 1], [32], f"mse_broadcast.py:{line}")
