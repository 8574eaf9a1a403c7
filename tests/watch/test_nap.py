"""Between two looks the hooks sleep, in a real process with the hook; its clock is that of its steps."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from hooked import run_hooked

pytest.importorskip("torch")

SCRIPT = """
import json, sys, types
import torch
from torch import nn

model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, foreach="foreach" in sys.argv)
awake, looked = [], []

def step():
    optimizer.zero_grad()
    model(torch.randn(8, 4)).square().mean().backward()
    optimizer.step()

for _ in range(100):
    step()
session = sys.modules["labjournal.watch.start"].inside().torch.session()
tracked, = session.optimizers.all()
budget, guarded, finish = session.budget, session.guarded, session._finish
budget._clock = budget._work = lambda: tracked.n * 0.05
budget.started = budget._started_work = 0.0
sys.modules["labjournal.watch.session"].time = types.SimpleNamespace(perf_counter=lambda: 0.0, thread_time=lambda: 0.0)

def listening(name, *args):
    guarded(name, *args)
    if name == "before_step":
        awake.append(tracked.n)

def costly(look):
    finish(look)
    looked.append(look.step)
    budget.looked += 0.02  # a share of 0.25% pays for it after 160 steps of 50 ms
    budget.worked += 0.02

session.guarded, session._finish = listening, costly
for _ in range(900):
    step()
print(json.dumps([awake, looked]))
"""


@pytest.mark.parametrize("kind", ["single", "foreach"])
def test_a_look_is_followed_by_the_longest_nap_until_it_is_paid(kind: str, tmp_path: Path) -> None:
    """An optimizer over lists of tensors, as those on a GPU are, enters no_grad at each step by itself."""
    (tmp_path / "train.py").write_text(SCRIPT)
    awake, looked = json.loads(run_hooked([tmp_path / "train.py", kind], tmp_path).stdout)
    assert [after - before for before, after in itertools.pairwise(looked)][1:] == [160] * 4
    woken = [step for step in awake if looked[1] < step <= looked[2]]
    assert woken == [looked[1] + wait for wait in (30, 60, 90, 120, 150, 160)]


SLEPT = """
import sys
import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(108):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).square().mean().backward()
    optimizer.step()
"""


def test_steps_of_a_nap_that_the_end_cuts_short_are_counted(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SLEPT)
    (end,) = run_hooked([tmp_path / "train.py"], tmp_path).data("watch_end")
    assert (end["steps"], end["real_steps"]) == (108, 108)
