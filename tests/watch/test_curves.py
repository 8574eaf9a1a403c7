"""Curves of a real run against norms computed the slow way, and the folding of modules into groups."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hooked import PROGRAMS, run_hooked
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")

from labjournal.events import read_scalars
from labjournal.watch.models import MAX_GROUPS, fold

SLOW = """
import json
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(8, 40), nn.ReLU(), nn.Linear(40, 1))
groups = [{"params": model[0].parameters()}, {"params": model[2].parameters(), "lr": 0.02}]
optimizer = torch.optim.Adam(groups, lr=0.01)
rows = []
for _ in range(12):
    x = torch.randn(16, 8)
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), x[:, :1])
    loss.backward()
    before = [p.detach().double() for p in model[0].parameters()]
    before = torch.cat([p.flatten().clone() for p in before])
    optimizer.step()
    after = torch.cat([p.detach().double().flatten() for p in model[0].parameters()])
    grads = torch.cat([p.grad.double().flatten() for p in model[0].parameters()])
    ratio = (after - before).norm() / before.norm()
    rows.append([after.norm().item(), ratio.item(), grads.norm().item(), loss.item()])
print(json.dumps(rows))
"""


def test_curves_agree_with_norms_computed_in_the_script(tmp_path: Path) -> None:
    import json

    (tmp_path / "slow.py").write_text(SLOW)
    done = run_hooked(["slow.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    rows = np.array(json.loads(done.stdout))
    scalars = read_scalars(done.folder / "events")
    names = ["watch/weight_norm/model.0", "watch/update_ratio/model.0", "watch/grad_norm/model.0", "watch/loss"]
    for column, name in enumerate(names):
        steps = list(range(1, 13)) if name == "watch/loss" else [1, 2, 3, 4, 5, 10]  # the loss costs no norm
        assert scalars[name].steps.tolist() == steps
        expected = rows[scalars[name].steps - 1, column]
        # float32 norms over 360 elements, and float32 in the file
        np.testing.assert_allclose(scalars[name].values, expected, rtol=1e-4, err_msg=name)
    assert set(scalars["watch/lr/Adam.0"].values) == {np.float32(0.01)}
    assert set(scalars["watch/lr/Adam.1"].values) == {np.float32(0.02)}


SHARES = """
import json
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4).double())
model[0].requires_grad_(False)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(1, 21):
    model[0].requires_grad_(step > 6)
    hidden = model[1](model[0](torch.randn(64, 8))).double()
    logits = model[2](hidden)
    if step == 1:
        tops = sorted(logits.softmax(1).max(1).values.tolist())
    optimizer.zero_grad()
    nn.functional.cross_entropy(logits, torch.randint(0, 4, (64,))).backward()
    optimizer.step()
print(json.dumps(tops))
"""


def test_shares_bits_and_scores_are_told(tmp_path: Path) -> None:
    import json

    (tmp_path / "shares.py").write_text(SHARES)
    done = run_hooked(["shares.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    tops = np.array(json.loads(done.stdout))
    scalars = read_scalars(done.folder / "events")
    frozen = scalars["watch/with_gradient/model.0"]
    assert (frozen.steps.tolist(), frozen.values.tolist()) == ([1, 10], [0.0, 1.0])  # written when it changes
    assert scalars["watch/with_gradient/model.2"].values.tolist() == [1.0]
    assert scalars["watch/bits/model.0"].values.tolist() == [32.0]
    assert scalars["watch/bits/model.2"].values.tolist() == [64.0]
    assert scalars["watch/changed/model.0"].steps.tolist() == [1, 2, 3, 4, 5, 10, 15, 20]
    assert not scalars["watch/changed/model.0"].values[:5].any()
    assert (scalars["watch/changed/model.2"].values > 0.9).all()
    for name, expected in (("p10", tops[6]), ("p50", tops[31]), ("p90", tops[56])):
        assert scalars[f"watch/score/{name}"].values[0] == pytest.approx(expected, rel=1e-5)
    assert scalars["watch/score/lowest_5"].values[0] == pytest.approx(tops[:5].mean(), rel=1e-5)
    assert scalars["watch/score/highest_5"].values[0] == pytest.approx(tops[-5:].mean(), rel=1e-5)


def test_a_module_outside_the_optimizer_is_a_flat_line_at_zero_exactly(tmp_path: Path) -> None:
    done = run_hooked([PROGRAMS / "late_adapter.py"], tmp_path)
    scalars = read_scalars(done.folder / "events")
    adapter = [tag for tag in scalars if tag.startswith("watch/update_ratio/model.nfa")]
    assert adapter
    assert all(not scalars[tag].values.any() for tag in adapter)
    assert all(scalars["watch/update_ratio/model.head"].values > 0)
    assert scalars[adapter[0]].steps[0] == 1


PATHS = st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=5).map(".".join), min_size=1, max_size=150)


@given(PATHS, st.integers(min_value=1, max_value=MAX_GROUPS))
def test_folding_keeps_the_limit_and_each_module_below_its_group(paths: list[str], limit: int) -> None:
    groups = fold(paths, limit)
    assert set(groups) == set(paths)
    roots = {path.split(".")[0] for path in paths}
    assert len(set(groups.values())) <= max(limit, len(roots))
    assert all(path == group or path.startswith(f"{group}.") for path, group in groups.items())


def test_an_adapter_beside_a_deep_stack_keeps_a_group_of_its_own() -> None:
    stack = [f"model.layers.{layer}.{part}" for layer in range(96) for part in ("attention", "mlp", "norm")]
    groups = fold([*stack, "model.nfa", "model.head"])
    assert groups["model.nfa"] == "model.nfa"
    assert groups["model.layers.7.mlp"] == "model.layers"
    assert fold(["model"]) == {"model": "model"}


LONG = """
import json
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(*[nn.Linear(8, 8) for _ in range(60)], nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, foreach=True)
losses = []
for _ in range(700):
    x = torch.randn(4, 8)
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), x[:, :1])
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
print(json.dumps(losses))
"""


def test_the_loss_is_known_to_the_end_also_where_looks_are_not_paid_for(tmp_path: Path) -> None:
    import json

    (tmp_path / "long.py").write_text(LONG)
    done = run_hooked(["long.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    losses = np.array(json.loads(done.stdout))
    seen = read_scalars(done.folder / "events")["watch/loss"]
    assert seen.steps[-1] > 660
    assert np.diff(seen.steps).max() <= 40
    np.testing.assert_allclose(seen.values, losses[seen.steps - 1], rtol=1e-5)
