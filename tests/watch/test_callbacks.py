"""The callbacks of trainers, with libraries of the same shape where the real ones are not installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hooked import run_hooked

pytest.importorskip("torch")

SHAPE = """
import sys, types
import torch

for name, base in (("transformers", "TrainerCallback"), ("lightning.pytorch", "Callback")):
    module = types.ModuleType(name)
    setattr(module, base, type(base, (), {}))
    sys.modules[name] = module
sys.modules["lightning"] = types.ModuleType("lightning")
sys.modules["lightning"].pytorch = sys.modules["lightning.pytorch"]
"""

TRANSFORMERS = (
    SHAPE
    + """
from labjournal.watch.callbacks import TransformersCallback
from transformers import TrainerCallback

torch.manual_seed(0)
callback = TransformersCallback()
assert isinstance(callback, TrainerCallback)
net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Linear(8, 1))
net[1].requires_grad_(True)
optimizer = torch.optim.Adam(net[0].parameters(), lr=0.01)
state = types.SimpleNamespace(max_steps=12, global_step=0, is_world_process_zero=True)
callback.on_train_begin(None, state, None, model=net, optimizer=optimizer)
for state.global_step in range(1, 13):
    loss = net(torch.randn(8, 4)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    callback.on_log(None, state, None, logs={"loss": loss.detach(), "note": "text", "epoch": 1})
"""
)

LIGHTNING = (
    SHAPE
    + """
from labjournal.watch.callbacks import LightningCallback

torch.manual_seed(0)
net = torch.nn.Linear(4, 1)
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
trainer = types.SimpleNamespace(optimizers=[optimizer], estimated_stepping_batches=12, callback_metrics={},
                                is_global_zero=True, global_step=0, sanity_checking=False)
callback = LightningCallback()
callback.on_fit_start(trainer, net)
for trainer.global_step in range(1, 13):
    loss = net(torch.randn(8, 4)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
trainer.callback_metrics = {"val_loss": loss.detach()}
callback.on_validation_end(trainer, net)
"""
)


def test_the_transformers_callback_names_the_model_and_passes_the_log_on(tmp_path: Path) -> None:
    from labjournal.events import read_scalars

    done = run_hooked(["-c", TRANSFORMERS], tmp_path)
    assert done.returncode == 0, done.stderr
    assert {"source": "stated", "values": {"planned_steps": 12}} in done.data("settings")
    assert [data["rule"] for data in done.findings("alarm")] == ["param_not_in_optimizer"]
    scalars = read_scalars(done.folder / "events")
    assert scalars["loss"].steps.tolist() == list(range(1, 13))


def test_the_lightning_callback_does_the_same(tmp_path: Path) -> None:
    from labjournal.events import read_scalars

    done = run_hooked(["-c", LIGHTNING], tmp_path)
    assert done.returncode == 0, done.stderr
    assert {"source": "stated", "values": {"planned_steps": 12}} in done.data("settings")
    assert done.findings("alarm", "warning") == []
    assert read_scalars(done.folder / "events")["val_loss"].steps.tolist() == [12]


DECLARED = """
import torch
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2))
model[0].requires_grad_(False)
optimizer = torch.optim.SGD(model[1].parameters(), lr=0.01)
for _ in range(12):
    loss = model(torch.randn(8, 4)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def test_running_statistics_of_a_layer_declared_frozen_are_a_finding(tmp_path: Path) -> None:
    done = run_hooked(["-c", DECLARED], tmp_path, env={"LABJOURNAL_FROZEN": "model.0.*"})
    assert done.returncode == 0, done.stderr
    (found,) = done.findings("alarm", "warning")
    assert (found["rule"], found["subject"]) == ("frozen_layer_changes", "model.0")


LATE = """
import torch
model = torch.nn.Sequential(torch.nn.Linear(4, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
model.append(torch.nn.Linear(2, 2))
for _ in range(8):
    loss = model(torch.randn(8, 4)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


@pytest.mark.parametrize(
    ("configured", "levels"),
    [("param_not_in_optimizer=off", []), ("param_not_in_optimizer=notice\n", ["notice"]), ("no_grad=off", ["alarm"])],
)
def test_a_rule_is_off_or_of_the_level_that_the_configuration_says(
    configured: str, levels: list[str], tmp_path: Path
) -> None:
    done = run_hooked(["-c", LATE], tmp_path, env={"LABJOURNAL_CHECKS": configured})
    assert [data["level"] for data in done.findings()] == levels


PROBED = """
import torch
import labjournal

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 64)  # two draws of so many are never the same

    def forward(self, text, numbers):
        return torch.nn.functional.dropout(self.layer(text)) + 0 * numbers.sum()

net = Net()
labjournal.probe(net, {"text": torch.randn(3, 4), "numbers": torch.ones(3)})
"""


def test_a_probe_judges_inputs_without_effect_and_random_numbers_in_eval_mode(tmp_path: Path) -> None:
    done = run_hooked(["-c", PROBED], tmp_path)
    assert done.returncode == 0, done.stderr
    assert {data["rule"] for data in done.findings("warning")} == {"placebo_input", "eval_nondeterminism"}
