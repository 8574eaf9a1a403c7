"""What the program really writes is what docs/formats.md and the schemas say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from labjournal import facts, schemas

LABJOURNAL = [sys.executable, "-m", "labjournal"]
SCRIPT = """\
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.parse_args()
import torch
from torch.utils.tensorboard import SummaryWriter
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
optimizer = torch.optim.SGD(net[0].parameters(), lr=0.1)
writer = SummaryWriter("logs")
for step in range(30):
    x = torch.randn(16, 4)
    loss = (net(x) - x.sum(1, keepdim=True)).pow(2).mean()
    optimizer.zero_grad(); loss.backward(); optimizer.step()
    writer.add_scalar("loss", loss.item(), step)
writer.add_scalar("loss", float("nan"), 30)
writer.close()
torch.save(net.state_dict(), "step_30.pt")
print("validation accuracy: 0.75")
"""


def check(name: str, value: Any) -> None:
    validator = jsonschema.Draft202012Validator(schemas.load(name), format_checker=jsonschema.FormatChecker())
    errors = sorted(validator.iter_errors(value), key=lambda error: list(error.absolute_path))
    assert not errors, "\n".join(f"{name} {list(error.absolute_path)}: {error.message}" for error in errors[:5])


def call(folder: Path, *words: str, code: int = 0, stdin: str | None = None) -> str:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "80"}
    done = subprocess.run(
        [*LABJOURNAL, *words], cwd=folder, env=environment, input=stdin, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which something of everything has happened."""
    folder = tmp_path_factory.mktemp("project")
    git: Sequence[str] = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder))
    (folder / "train.py").write_text(SCRIPT)
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True)
    expected = ("--expect", "acc > 0.5", "--expect-time", "15m")
    call(
        folder,
        "run",
        "-n",
        "one",
        "-m",
        "why not",
        *expected,
        "--follow",
        "--",
        sys.executable,
        "train.py",
        "--lr",
        "0.2",
    )
    call(folder, "run", "-n", "fails", "--follow", "--", "no-such-command", code=127)
    call(folder, "log", "accuracy=0.9", "--run", "one", "--dataset", "val", "--n", "200", "--option", "numeric=on")
    call(folder, "note", "a thought", "--on", "one")
    call(folder, "retract", "--on", "fails", "--why", "never ran")
    call(folder, "faults", "sum", "--symptom", "it sums", "--introduced", "HEAD")
    hypothesis = call(folder, "note", "--kind", "hypothesis", "it learns").strip()
    call(folder, "note", "--state", hypothesis, "supported", "-m", "it does", "--by", "one")
    return folder


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("ls", ["ls", "--json"]),
        ("show", ["show", "one", "--json"]),
        ("show", ["show", "fails", "--json"]),
        ("scalars", ["scalars", "one", "--json"]),
        ("scalars", ["scalars", "logs", "--json"]),
        ("checks", ["checks", "one", "--json"]),
        ("checks", ["checks", "--json"]),
        ("checks-list", ["checks", "--list", "--json"]),
        ("compare", ["compare", "--json"]),
        ("diff", ["diff", "one", "fails", "--json"]),
        ("diary", ["diary", "--json"]),
        ("diary-open", ["diary", "--open", "--json"]),
        ("diary-week", ["diary", "--week", "--json"]),
        ("faults", ["faults", "--json"]),
    ],
)
def test_json_has_the_promised_shape(project: Path, schema: str, words: list[str]) -> None:
    printed = json.loads(call(project, *words))
    check(schema, printed)
    assert printed, "an empty answer proves nothing"


def test_the_id_of_a_run_alone_is_on_stdout(project: Path) -> None:
    assert re.fullmatch(r"[0-9A-Z]{26}\n", call(project, "run", "--", "true"))
    check("run", json.loads(call(project, "run", "--json", "--", "true")))


def test_reading_a_text_needs_no_journal(tmp_path: Path) -> None:
    printed = json.loads(call(tmp_path, "log", "--from", "-", "--dry-run", "--json", stdin="test accuracy: 0.5\n"))
    check("reading", printed)
    assert printed["results"][0]["metrics"] == {"accuracy": 0.5}
    assert not (tmp_path / ".labjournal").exists()


def test_every_fact_on_disk_has_the_promised_shape(project: Path) -> None:
    journal = project / ".labjournal"
    kinds = set()
    for path in [*journal.glob("**/*.jsonl"), *journal.glob("runs/*/*.json"), *journal.glob("runs/*/attempts/*.json")]:
        for line in path.read_text(encoding="utf-8").splitlines():
            if facts.decode(line) is None:
                assert path.name == "environment.json", path
                continue
            check("fact", json.loads(line))
            kinds.add(json.loads(line)["kind"])
    expected = {"run", "attempt", "exit", "hook", "settings", "event_file", "finding", "watch_state", "watch_end"}
    said = {"result", "entry", "entry_state", "retract", "fault", "fault_mark", "verdict"}
    assert kinds >= expected | said | {"checkpoint_written"}


def test_every_schema_is_a_schema_and_is_named_in_the_documentation() -> None:
    documented = (Path(__file__).parents[1] / "docs" / "formats.md").read_text(encoding="utf-8")
    for name in schemas.names():
        jsonschema.Draft202012Validator.check_schema(schemas.load(name))
        assert f"`{name}`" in documented, name


def test_every_kind_of_fact_in_the_documentation_has_a_schema() -> None:
    text = (Path(__file__).parents[1] / "docs" / "formats.md").read_text(encoding="utf-8")
    section = text[text.index("### Stated by the launcher") : text.index("*Reserved*")]
    named = {
        name for row in re.findall(r"^\| (`[^|]+`) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    known = {rule["if"]["properties"]["kind"]["const"] for rule in schemas.load("fact")["allOf"]}
    assert named - known <= {"sample", "seen", "adopted"}


def test_queue_and_gpus_have_the_promised_shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABJOURNAL_FAKE_GPUS", "1")
    monkeypatch.setenv("LABJOURNAL_LEASES", str(tmp_path / "leases"))
    check("queue", json.loads(call(tmp_path, "queue", "--json")))
    first = call(tmp_path, "run", "-G", "1", "--", "sleep", "60").strip()
    call(tmp_path, "queue", "pause")
    call(tmp_path, "run", "--queue", "-G", "1", "--gpu-memory", "2G", "--after", first, "--priority", "3", "--", "true")
    queue, gpus = (json.loads(call(tmp_path, verb, "--json")) for verb in ("queue", "gpus"))
    check("queue", queue)
    check("gpus", gpus)
    assert queue["waiting"][0]["after"] == [{"run": first, "however": False}]
    assert gpus[0]["holders"]
    call(tmp_path, "stop", first, queue["waiting"][0]["run"])
