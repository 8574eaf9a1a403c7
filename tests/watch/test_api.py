"""What a script may say: written as facts in a run, harmless and with one notice without."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hooked import RUN_ID, run_hooked

import labjournal

CALLS = """
import labjournal
with labjournal.init(reason="try", settings={"lr": 0.1, "api_key": "xyz"}) as run:
    labjournal.log({"train/loss": 1.5, "text": "no number"}, step=3)
    labjournal.log({"train/loss": 1.0})
    labjournal.note("it works", kind="hypothesis")
    labjournal.event("unfroze")
    labjournal.result(dataset="val", n=524, options={"pt": 0}, accuracy=487 / 524, counts=[[480, 20], [17, 7]])
    labjournal.sample("in", "out", 0.5, label="a")
    labjournal.settings({"epochs": 3})
    labjournal.expect_frozen("base.*")
    labjournal.watch(None)
print("id", run.id)
"""


def test_calls_of_a_run_become_facts_of_it(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    done = run_hooked(["-c", CALLS.replace("    labjournal.watch(None)\n", "")], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"id {RUN_ID}\n"
    assert {fact.run for fact in done.facts} == {RUN_ID}
    assert done.data("settings") == [
        {"source": "stated", "values": {"lr": 0.1, "api_key": "(hidden)"}},
        {"source": "stated", "values": {"epochs": 3}},
    ]
    assert [data["text"] for data in done.data("event")] == ["reason: try", "unfroze"]
    (entry,) = done.data("entry")
    assert (entry["kind"], entry["text"], entry["on"]) == ("hypothesis", "it works", [RUN_ID])
    (result,) = done.data("result")
    assert result["metrics"] == {"accuracy": 487 / 524}
    assert result["dataset"]["name"] == "val"
    assert result["options"] == {"pt": "0"}
    assert result["subject"]["run"] == RUN_ID
    assert result["dataset"]["class_counts"] == {"0": 500, "1": 24}
    from labjournal.events import read_scalars

    loss = read_scalars(done.folder / "events")["train/loss"]
    assert (loss.steps.tolist(), loss.values.tolist()) == ([3, 4], [1.5, 1.0])
    assert done.stderr.count("\n") == 1  # "text" is no number


def test_a_validation_measures_the_checkpoint_it_was_launched_for(tmp_path: Path) -> None:
    env = {
        "LABJOURNAL_SUBJECT_RUN": "01SUBJECT",
        "LABJOURNAL_CHECKPOINT": "best.pt",
        "LABJOURNAL_DATASET": "1to10",
        "LABJOURNAL_OPTIONS": '{"numeric": "off"}',
    }
    done = run_hooked(["-c", "import labjournal; labjournal.result(accuracy=0.5)"], tmp_path, env=env)
    (result,) = done.data("result")
    assert (result["subject"]["run"], result["subject"]["checkpoint"]) == ("01SUBJECT", "best.pt")
    assert (result["dataset"]["name"], result["dataset"]["source"]) == ("1to10", "validate")
    assert result["options"] == {"numeric": "off"}
    assert result["measured_by"] == RUN_ID


def test_without_a_run_every_call_is_harmless_and_one_notice_is_given(tmp_path: Path) -> None:
    env = {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", CALLS], env=env, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stderr.count("\n") == 1
    assert "labjournal run" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_public_names_are_there_and_nothing_else_is_made_up() -> None:
    names = ("init finish current_run log result sample note settings event watch probe expect_frozen").split()
    for name in names:
        assert callable(getattr(labjournal, name)), name
        assert name in dir(labjournal)
    with pytest.raises(AttributeError):
        _ = labjournal.nothing_of_that_name


def test_importing_labjournal_imports_nothing_heavy() -> None:
    code = "import sys; before = set(sys.modules); import labjournal; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert eval(done.stdout) == ["labjournal"] or eval(done.stdout) == ["__future__", "labjournal"]


def test_a_declared_frozen_module_is_no_finding(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from hooked import PROGRAMS

    text = (PROGRAMS / "late_adapter.py").read_text()
    (tmp_path / "declared.py").write_text(text.replace("import sys\n", "import sys\nimport labjournal\n"))
    code = (tmp_path / "declared.py").read_text()
    (tmp_path / "declared.py").write_text(
        code.replace("def train", "labjournal.expect_frozen('*.nfa.*')\n\n\ndef train")
    )
    done = run_hooked(["declared.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.findings("alarm") == []


def test_probing_finds_the_input_without_effect_and_changes_nothing(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from labjournal.watch.probing import effect_of_inputs

    class Net(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.drop = torch.nn.Linear(4, 2), torch.nn.Dropout(0.5)

        def forward(self, text, numbers):  # type: ignore[no-untyped-def]
            return self.drop(self.layer(text)) + 0 * numbers.sum()

    model = Net()
    state = torch.get_rng_state()
    effects, repeated = effect_of_inputs(model, {"text": torch.randn(3, 4), "numbers": torch.ones(3)}, [])
    assert effects["numbers"] == 0
    assert effects["text"] > 0
    assert repeated == 0
    assert model.training
    assert model.drop.training
    torch.randn(3, 4)
    after = torch.get_rng_state()
    torch.set_rng_state(state)
    torch.randn(3, 4)
    torch.randn(3, 4)
    assert torch.equal(after, torch.get_rng_state())


MISUSED = """
import argparse
import labjournal
labjournal.settings(lr=0.1)
labjournal.settings(argparse.Namespace(epochs=3), seed=1)
labjournal.settings(5)
labjournal.log("loss", 3)
labjournal.log({"loss": 1.0}, step="three")
labjournal.result(counts=[[1, 2], "x"], accuracy=0.5)
labjournal.note(kind="note")
labjournal.event("halved", at=3)
labjournal.sample()
labjournal.init(project="mine").id
assert labjournal.probe(None, None) == {}
labjournal.expect_frozen(frozen="base")
labjournal.log({"loss": 2.0})
print("trained")
"""


def test_a_call_that_cannot_be_understood_costs_what_it_would_record_and_says_so_once(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    done = run_hooked(["-c", MISUSED], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "trained\n"
    assert [data["values"] for data in done.data("settings")] == [{"lr": 0.1}, {"epochs": 3, "seed": 1}]
    said = [line for line in done.stderr.splitlines() if "recorded nothing" in line]
    assert len(said) == len({line.split("(")[0] for line in said}) >= 7
    assert any("settings() recorded nothing (TypeError" in line and "values" in line for line in said)
