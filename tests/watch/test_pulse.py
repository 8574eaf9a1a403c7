"""The signs that are read at every step call for a look at what is new, and not again at the same."""

from __future__ import annotations

import weakref
from collections.abc import Callable

import pytest

torch = pytest.importorskip("torch")

from labjournal.watch.models import Models  # noqa: E402
from labjournal.watch.pulse import LOOKS, MOST, Pulse  # noqa: E402

held = torch.nn.Parameter(torch.zeros(3))
outside = torch.nn.Parameter(torch.zeros(3), requires_grad=False)
models = Models()
optimizer = torch.optim.SGD([held], lr=0.1)


@pytest.fixture
def pulse() -> Pulse:
    """After two steps with a gradient."""
    held.grad = torch.ones(3)
    outside.requires_grad_(False)
    made = Pulse(models, weakref.ref(optimizer), [held], [outside])
    made.stepped()
    assert [made_step(made, step) for step in (1, 2)] == [False, False]
    return made


def made_step(pulse: Pulse, step: int) -> bool:
    new = pulse.is_new(step)
    with torch.no_grad():
        held.add_(1)
    pulse.stepped()
    return new


def lose_gradient() -> None:
    held.grad = None


def write() -> None:
    with torch.no_grad():
        held.mul_(0.5)


def thaw() -> None:
    outside.requires_grad_(True)


def add_group() -> None:
    optimizer.add_param_group({"params": [torch.nn.Parameter(torch.zeros(3))]})


def build() -> None:
    models.tick += 1


@pytest.mark.parametrize("happens", [lose_gradient, write, thaw, add_group, build])
def test_what_was_not_so_before_calls_for_looks(pulse: Pulse, happens: Callable[[], None]) -> None:
    happens()
    assert made_step(pulse, 3)
    assert pulse.until == 3 + LOOKS - 1


def test_what_comes_again_calls_for_none(pulse: Pulse) -> None:
    told = []
    for step in range(3, 9):
        write()
        told.append(made_step(pulse, step))
    assert told == [True, False, False, False, False, False]


def test_after_many_different_things_nothing_is_new(pulse: Pulse) -> None:
    told = []
    for step in range(3, 3 + 2 * MOST):
        build()
        told.append(made_step(pulse, step))
    assert sum(told) == MOST - 1
    assert not told[-1]
