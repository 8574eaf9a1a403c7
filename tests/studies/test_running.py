"""A small study run for real: gates, decisions, faults, validations, and what cannot be bent afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from labjournal import facts, paths, schemas
from labjournal.follower import Follower
from labjournal.studies import protocol
from labjournal.studies.standing import Judge, Standing
from launching_place import wait_for

EXAMPLE = Path(__file__).parent / "thermo"
STUDY = "entries/thermo/study.toml"


def call(folder: Path, *words: str, code: int = 0) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "labjournal", *words],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def status(folder: Path, *words: str) -> dict[str, Any]:
    path = call(folder, "study", "status", "thermo", "--json", *words)
    return {stage["stage"]: stage for stage in json.loads(path)}


def standings(folder: Path, size: str | None = "smoke") -> dict[str, Standing]:
    """Where the study stands, asked in this process: a call of the verb takes most of a second."""
    follower = Follower.open(paths.at(folder))
    try:
        follower.catch_up()
        study = protocol.load(folder / "entries" / "thermo", size)
        found = Judge(study, follower.store, follower.paths, follower.config).standings()
    finally:
        follower.close()
    return {one.stage.name: one for one in found}


def states(folder: Path, size: str | None = "smoke") -> dict[str, str]:
    return {name: standing.state.value for name, standing in standings(folder, size).items()}


def change(folder: Path, path: str, old: str, new: str) -> None:
    text = (folder / path).read_text()
    assert old in text
    (folder / path).write_text(text.replace(old, new))


def project(folder: Path, repository: bool = True) -> Path:
    shutil.copytree(EXAMPLE, folder / "entries" / "thermo")
    (folder / ".gitignore").write_text("__pycache__/\n")
    if repository:
        git = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder))
        for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
            subprocess.run([*git, *words], check=True)
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study, run once from one end to the other."""
    folder = project(tmp_path_factory.mktemp("whole"))
    call(folder, "study", "run", "thermo", "--smoke")
    return folder


def test_every_stage_passes_and_the_other_path_is_not_taken(whole: Path) -> None:
    found = states(whole)
    assert found.pop("units") == "not taken"
    assert set(found.values()) == {"passed"}
    call(whole, "study", "status", "thermo", "--check")


def test_values_and_sentences_stand_beside_the_criteria(whole: Path) -> None:
    litmus = status(whole)["litmus"]
    ratio = litmus["criteria"][0]
    assert ratio["text"] == "loss[5] / loss[1] <= 0.8"
    assert 0 < ratio["value"] < 0.8
    assert ratio["passed"] is True
    assert "curve loss, step 5" in ratio["sentence"]
    assert len(litmus["commit"]) == 40


def test_the_decision_is_computed_with_its_reason(whole: Path) -> None:
    decided = status(whole)["fit"]["decision"]
    assert decided["path"] == "A"
    assert "mean of 2 runs" in decided["because"]


def test_what_is_printed_and_stated_has_the_promised_shape(whole: Path) -> None:
    jsonschema.validate(json.loads(call(whole, "study", "status", "thermo", "--json")), schemas.load("study-status"))
    jsonschema.validate(json.loads(call(whole, "study", "list", "--json")), schemas.load("study-list"))
    shape = jsonschema.Draft202012Validator(schemas.load("fact"))
    for path in [*(whole / ".labjournal" / "facts").iterdir(), *(whole / ".labjournal" / "runs").glob("*/run.json")]:
        for line in path.read_text().splitlines():
            shape.validate(json.loads(line))


def test_a_second_call_runs_nothing(whole: Path) -> None:
    before = len(list((whole / ".labjournal" / "runs").iterdir()))
    said = call(whole, "study", "run", "thermo", "--smoke")
    assert "passed already" in said
    assert len(list((whole / ".labjournal" / "runs").iterdir())) == before


def test_stages_and_gates_are_facts_and_a_second_look_states_nothing_new(whole: Path) -> None:
    lines = [line for path in (whole / ".labjournal" / "facts").iterdir() for line in path.read_text().splitlines()]
    stated = [fact for fact in map(facts.decode, lines) if fact is not None]
    stages = [fact.data["stage"] for fact in stated if fact.kind == "stage"]
    assert sorted(stages) == sorted(set(stages))
    assert set(stages) == {"litmus", "fit", "hold", "zero_weight", "no_step"}
    gates = {(fact.data["stage"], fact.data["open"]) for fact in stated if fact.kind == "gate"}
    assert gates == {("fit", True), ("hold", True)}


def test_the_diary_of_the_study_and_its_table_are_exported(whole: Path) -> None:
    call(whole, "export")
    (day,) = (whole / "entries" / "thermo" / "diary").iterdir()
    text = day.read_text()
    assert "stage: thermo (smoke), litmus passed" in text
    assert "decision, path A: the line is good" in text
    assert "thermo-fit-seed1" in (whole / "entries" / "thermo" / "tables" / "fits.md").read_text()
    assert "rmse" in call(whole, "study", "table", "thermo")
    content = hashlib.sha256((whole / "entries" / "thermo" / "held_out.csv").read_bytes()).hexdigest()
    rows = json.loads(call(whole, "study", "table", "thermo", "--json"))["rows"]
    assert {row["dataset_hash"] for row in rows if row["dataset"] == "held-out"} == {content}
    assert set(states(whole).values()) == {"passed", "not taken"}, "an export is no other code"


def test_reindex_gives_the_same_standing(whole: Path) -> None:
    before = status(whole)
    call(whole, "reindex")
    assert status(whole) == before


def test_a_shut_gate_names_its_reason_and_an_override_needs_one(tmp_path: Path) -> None:
    folder = project(tmp_path)
    change(folder, STUDY, '"loss[5] / loss[1] <= 0.8",', '"loss[5] / loss[1] <= 0.0",')
    change(folder, STUDY, 'breaks = "loss[5] / loss[1] <= 0.8"', 'shows = "status done"')
    said = call(folder, "study", "run", "thermo", "--smoke", "--only", "litmus", "--only", "fit", code=1)
    assert "not started: litmus has not passed (failed" in said
    found = states(folder)
    assert (found["litmus"], found["fit"]) == ("failed", "gate shut")
    words = ("--only", "fit", "--override", "fit", "-m", "known: the limit is a typing error")
    said = call(folder, "study", "run", "thermo", "--smoke", *words)
    assert "gate overridden" in said
    diary = json.loads(call(folder, "diary", "--json"))
    (entry,) = [entry for entry in diary if entry["kind"] == "decision"]
    assert "the limit is a typing error" in entry["text"]
    assert (entry["study"], entry["automatic"]) == ("thermo", False)
    words = ("study", "run", "thermo", "--smoke", "--override", "fit")
    assert "needs a reason" in call(folder, *words, code=2)


def test_the_outcome_of_each_stage_is_told_once_with_what_its_gate_does(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / "entries" / "two").mkdir(parents=True)
    stages = '[[stage]]\nname = "{}"\ncommand = "{}"\nafter = {}\ncriteria = ["{}"]\n'
    (folder / "entries" / "two" / "study.toml").write_text(
        'question = "?"\n'
        + stages.format("first", "true", "[]", "duration < 1h")
        + stages.format("second", "true", '["first"]', "duration > 1h")
        + stages.format("third", "true", '["second"]', "duration < 1h")
    )
    command = f"sh {tmp_path}/tell.sh {{name}} {{text}}"
    (folder / "labjournal.toml").write_text(f'[notify]\non = ["gate"]\ncommand = "{command}"\n')
    (tmp_path / "tell.sh").write_text(f'printf "%s|%s\\n" "$1" "$2" >> {tmp_path}/told\n')
    for _ in range(2):
        call(folder, "study", "run", "two", code=1)
    told = (tmp_path / "told").read_text().splitlines()
    assert told[0] == "two|stage first passed; the gate of second opens"
    assert told[1].startswith("two|stage second failed: duration > 1h: ")
    assert told[1].endswith("; the gate of third stays shut")
    assert len(told) == 2


def test_what_failed_on_this_code_is_not_run_until_it_passes(tmp_path: Path) -> None:
    (tmp_path / "entries" / "thermo").mkdir(parents=True)
    (tmp_path / STUDY).write_text('[[stage]]\nname = "a"\ncommand = "false"\n')
    call(tmp_path, "study", "run", "thermo", code=1)
    said = call(tmp_path, "study", "run", "thermo", code=1)
    assert "failed already on this code, not run again" in said
    call(tmp_path, "study", "run", "thermo", "--from", "a", code=1)
    assert len(list((tmp_path / ".labjournal" / "runs").iterdir())) == 2


@pytest.mark.parametrize("repository", [True, False])
def test_other_code_shuts_the_gate_and_words_do_not(tmp_path: Path, repository: bool) -> None:
    folder = project(tmp_path, repository)
    call(folder, "study", "run", "thermo", "--smoke", "--only", "litmus")
    (folder / "entries" / "thermo" / "README.md").write_text("words")
    assert states(folder)["litmus"] == "passed"
    change(folder, "entries/thermo/fit.py", "0.01 * slope", "0.02 * slope")
    assert states(folder)["litmus"] == "other code"
    call(folder, "study", "run", "thermo", "--smoke", "--only", "fit", code=1)
    assert states(folder)["fit"] == "gate shut"


def test_criteria_that_were_changed_afterwards_open_no_gate(tmp_path: Path) -> None:
    folder = project(tmp_path)
    call(folder, "study", "run", "thermo", "--smoke", "--only", "litmus")
    change(folder, STUDY, '"no alarm",', "")
    assert states(folder)["litmus"] == "changed since"
    call(folder, "study", "run", "thermo", "--smoke", "--only", "fit", code=1)


def test_a_study_is_called_by_its_folder_too_and_without_a_value_says_so(tmp_path: Path) -> None:
    folder = project(tmp_path)
    assert "fit needs {steps}" in call(
        folder, "study", "run", "entries/thermo", "--only", "fit", "--override", "fit", "-m", "why", code=2
    )
    assert "Did you mean thermo" in call(folder, "study", "status", "termo", code=1)
    assert json.loads(call(folder, "study", "list", "--json"))[0]["name"] == "thermo"


SEARCH = """
[[stage]]
name = "search"
command = "python fit.py --steps {steps} --lr {lr} --out out/s.json"
max_parallel = 2
criteria = ["runs == 3", "least(val_loss) < 0.5"]
[stage.search]
space = { lr = "0.03..0.3:log" }
trials = 3
metric = "val_loss"
seed = 5
[[stage]]
name = "repeat"
best_of = "search"
best = 2
seeds = 2
command = "python fit.py --steps {steps} --lr {lr} --seed {seed} --out out/r.json"
criteria = "loss < 1"
"""


def test_a_stage_may_be_a_search(tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    folder = project(tmp_path)
    with (folder / STUDY).open("a") as file:
        file.write(SEARCH)
    call(folder, "study", "run", "thermo", "--smoke", "--only", "search", "--only", "repeat")
    found = standings(folder)["search"]
    assert (found.state.value, len(found.runs)) == ("passed", 3)
    rows = json.loads(call(folder, "sweep", "status", "thermo-search", "--json"))["rows"]
    repeated = standings(folder)["repeat"]
    assert (repeated.state.value, len(repeated.runs)) == ("passed", 4)
    assert repeated.runs[-1].settings["lr"] == pytest.approx(float(rows[1]["values"]["lr"]))


def test_what_was_started_goes_on_when_the_command_is_killed(tmp_path: Path) -> None:
    folder = project(tmp_path)
    waiting = "while not pathlib.Path('go').exists(): __import__('time').sleep(0.05)\nslope = 0.0\n"
    change(folder, "entries/thermo/fit.py", "slope = 0.0\n", waiting)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    words = [sys.executable, "-m", "labjournal", "study", "run", "thermo", "--smoke", "--only", "litmus"]

    def begun() -> subprocess.Popen[str]:
        env = {**os.environ, "PATH": path}
        return subprocess.Popen(words, cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    first = begun()
    wait_for(lambda: list((folder / ".labjournal").glob("runs/*/attempts/1.json")))
    first.kill()
    first.communicate()
    second = begun()
    assert second.stdout is not None
    assert "runs already" in second.stdout.readline()
    (folder / "entries" / "thermo" / "go").touch()
    assert "passed" in second.communicate(timeout=60)[0]
    assert second.returncode == 0
    assert len(list((folder / ".labjournal" / "runs").iterdir())) == 1


SMALL = """
question = "q"
[[stage]]
name = "fit"
command = "echo {width}"
grid = { width = [8, 16] }
criteria = "runs == 2"
[[stage]]
name = "hold"
validates = "fit"
command = "echo {dataset}"
datasets = ["a", "b"]
criteria = "runs == 4"
after = "fit"
"""


def test_runs_of_an_earlier_grid_or_of_earlier_checkpoints_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "entries" / "thermo").mkdir(parents=True)
    (tmp_path / STUDY).write_text(SMALL)
    call(tmp_path, "study", "run", "thermo")
    change(tmp_path, STUDY, "[8, 16]", "[8, 32]")
    assert states(tmp_path, None) == {"fit": "changed since", "hold": "passed"}
    call(tmp_path, "study", "run", "thermo")
    assert states(tmp_path, None) == {"fit": "passed", "hold": "passed"}
    assert {name: len(one.runs) for name, one in standings(tmp_path, None).items()} == {"fit": 2, "hold": 4}


SIZED = """
question = "q"
[settings]
depth = 2
[sizes.smoke]
width = 8
steps = 3
[[stage]]
name = "wide"
command = "echo {width}"
[[stage]]
name = "long"
command = "echo {steps} {depth}"
"""


@pytest.mark.parametrize(
    ("old", "new", "touched"),
    [("width = 8", "width = 16", "wide"), ("depth = 2", "depth = 4", "long"), ("steps = 3", "steps = 3\nn = 1", None)],
)
def test_a_changed_setting_is_news_only_to_the_stages_that_use_it(
    tmp_path: Path, old: str, new: str, touched: str | None
) -> None:
    (tmp_path / "entries" / "thermo").mkdir(parents=True)
    (tmp_path / STUDY).write_text(SIZED)
    call(tmp_path, "study", "run", "thermo", "--smoke")
    change(tmp_path, STUDY, old, new)
    assert states(tmp_path) == {name: "changed since" if name == touched else "passed" for name in ("wide", "long")}
