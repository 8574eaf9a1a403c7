"""Steps left out, told from two passes a step, where the watch sleeps between looks."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from labjournal.watch.findings import Findings  # noqa: E402
from labjournal.watch.optimizers import Optimizers  # noqa: E402
from labjournal.watch.skipped import Skipped  # noqa: E402


@pytest.mark.parametrize(("left_out", "said"), [(1, []), (3, ["steps_skipped"])])
def test_a_nap_that_begins_with_a_step_hides_that_step_only(left_out: int, said: list[str]) -> None:
    """Awake the resets without a step are seen, asleep the step and the reset after it."""
    found: list[str] = []
    optimizers = Optimizers()
    weight = torch.nn.Parameter(torch.ones(3))
    optimizer: Any = torch.optim.SGD([weight], lr=0.1)
    tracked = optimizers.note(optimizer, 0)
    skipped = Skipped(Findings(lambda rule, _finding: found.append(rule)), optimizers)
    backwards = 0
    for turn in range(60):
        for _ in range(left_out):
            backwards += 1
            weight.grad = torch.ones(3)
            skipped.on_zero_grad(tracked, optimizer, backwards)
        backwards += 1
        tracked.n += 1
        skipped.on_zero_grad(tracked, optimizer, backwards, unseen=turn > 20)
    assert found == said
