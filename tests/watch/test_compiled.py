"""torch.compile sees the same program with and without the watch: graphs, breaks and compilations are counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hooked import Zygote

pytest.importorskip("torch")

COMPILED = """
import torch
from torch import nn
from torch._dynamo.utils import counters

torch.manual_seed(0)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.drop, self.last = nn.Linear(8, 16), nn.Dropout(0.1), nn.Linear(16, 2)

    def forward(self, x):
        return self.last(self.drop(torch.relu(self.first(x))))

model = Net()
fast = torch.compile(model, backend="eager")
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
for step in range(130):
    x = torch.randn(16, 8)
    loss = nn.functional.cross_entropy(fast(x), (x[:, 0] > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 40 == 39:
        fast.eval()
        with torch.no_grad():
            fast(torch.randn(16, 8))
        fast.train()
told = {name: dict(counters[name]) for name in ("stats", "frames", "graph_break", "unimplemented")}
print(told, loss.item())
"""


def test_no_graph_and_no_break_is_added(tmp_path: Path, zygote: Zygote) -> None:
    (tmp_path / "compiled.py").write_text(COMPILED)
    plain = zygote.run(tmp_path / "compiled.py", tmp_path, hook=False)
    watched = zygote.run(tmp_path / "compiled.py", tmp_path)
    assert plain.returncode == watched.returncode == 0, watched.stderr
    assert "unique_graphs" in plain.stdout
    assert watched.stdout == plain.stdout
    assert watched.stderr == plain.stderr
    assert watched.data("watch_end")[0]["looks"] > 20


ASKED = """
import torch
from torch._dynamo.utils import counters

torch.manual_seed(0)
net = torch.nn.Linear(4, 4)
weights = list(net.parameters())


@torch.compile(backend="eager")
def refine(x):
    force, = torch.autograd.grad(net(x).square().sum(), x)
    return x - 0.1 * force


for _ in range(20):
    x = refine(torch.randn(3, 4).requires_grad_())
    torch.func.vmap(torch.func.grad(lambda row: net(row).square().sum()))(x)
    torch.autograd.functional.hessian(lambda row: net(row).square().sum(), x[0])
    with torch.no_grad():
        for weight, slope in zip(weights, torch.func.grad(lambda w: (x @ w).square().sum())(net.weight)):
            weight -= 0.1 * slope.sum()
told = {name: dict(counters[name]) for name in ("stats", "frames", "graph_break", "unimplemented")}
print(told, net.weight.sum().item())
"""


def test_gradients_asked_for_in_a_compiled_call_compile_as_without_the_watch(tmp_path: Path, zygote: Zygote) -> None:
    (tmp_path / "asked.py").write_text(ASKED)
    plain = zygote.run(tmp_path / "asked.py", tmp_path, hook=False)
    watched = zygote.run(tmp_path / "asked.py", tmp_path)
    assert plain.returncode == watched.returncode == 0, watched.stderr
    assert "graph_break" in plain.stdout
    assert watched.stdout == plain.stdout
    assert watched.findings() == []
    assert watched.data("watch_off") == []
