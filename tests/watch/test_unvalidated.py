"""Which trained modules no validation ever ran is said at the end: they may be left out of a checkpoint on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest
from hooked import run_hooked

SCRIPT = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 8), nn.ReLU())
        self.predictor = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1))
    def forward(self, x):
        return self.predictor(self.body(x))

def main():
    net = Net()
    optimizer = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], lr=1e-2)
    for step in range(60):
        x = torch.randn(16, 4)
        {forward}
        loss = (out - x.sum(1, keepdim=True)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 9:
            net.eval()
            with torch.no_grad():
                {validation}
            net.train()

main()
"""
FROZEN = "\n        with torch.no_grad(): z = net.body(x)\n        out = net.predictor(z)"


@pytest.mark.parametrize(
    ("forward", "validation", "idle"),
    [
        ("out = net(x)", "net.body(x)", ["net.predictor"]),
        ("out = net(x)", "net.body[0](x)", ["net.predictor"]),
        ("out = net(x)", "net.predictor[0](net.body(x))", ["net.predictor.2"]),
        ("out = net(x)", "net(x)", []),
        ("out = net(x)", "net.predictor(net.body(x))", []),
        ("out = net(x)", "pass", []),
        ("net.body.requires_grad_(False)" + FROZEN, "pass", []),
    ],
)
def test_modules_that_stand_idle_in_validation_are_told(
    tmp_path: Path, forward: str, validation: str, idle: list[str]
) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT.replace("{forward}", forward).replace("{validation}", validation))
    hooked = run_hooked([script], tmp_path)
    assert hooked.returncode == 0, hooked.stderr
    (end,) = hooked.data("watch_end")
    assert end["unvalidated"] == idle
