"""The whole size of each study: its scripts take its commands and their first steps on a CPU; the rest needs a GPU."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from study_code import ENTRIES, scripts

from labjournal.runner import commands
from labjournal.studies import filling, protocol

STUDIES = sorted(path.parent.name for path in ENTRIES.glob("*/study.toml"))
WANTED = "the packages of the studies are not installed: pip install -e .[studies]"
NEEDS = {"jets": ("transformers", "peft"), "covariance": ("optuna",)}


def words(study: protocol.Study, stage: protocol.Stage) -> list[str]:
    """The command of a stage, with a value for what is known only when it runs: a checkpoint, a seed, a trial."""
    drawn = dict.fromkeys(commands.places(stage.command) - stage.settings.keys(), "1")
    varied = {name: str(values[0]) for name, values in {**stage.section.grid, **stage.section.options}.items()}
    filled = commands.fill(stage.command, filling.settings_of(study, stage, {**drawn, **varied}))
    return shlex.split(" ".join(map(shlex.quote, filled)))


@pytest.mark.parametrize("name", STUDIES)
def test_the_scripts_take_what_the_whole_size_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for library in NEEDS.get(name, ()):
        pytest.importorskip(library, reason=WANTED)
    study = protocol.load(ENTRIES / name, "full")
    asked = [words(study, stage) for stage in study.stages]
    files = {next(Path(word).stem for word in line if word.endswith(".py")) for line in asked}
    assert all(shutil.which(line[0], path=str(Path(sys.executable).parent)) for line in asked), "one word, one program"
    with scripts(name, *sorted(files)) as modules:
        for line in asked:
            at = next(k for k, word in enumerate(line) if word.endswith(".py"))
            module = modules[sorted(files).index(Path(line[at]).stem)]
            monkeypatch.setattr(sys, "argv", line[at:])
            module._arguments()


FEWER = {
    "covariance": {"samples": 64, "batch": 32, "epochs": 1, "litmus_batch": 16, "trial_epochs": 1},
    "jets": {
        "signals": 40,
        "train": 48,
        "held_out": 24,
        "held_out_ten": 48,
        "black_box": 24,
        "black_box_signals": 4,
        "workers": 2,
    }
    | {"base_events": 16, "base_steps": 2, "batch": 2, "steps": 2, "every": 1, "peek": 4, "look": 1},
    "lenses": {"rows": 96, "epochs": 1, "batch": 2, "processes": 2},
    "lrt": {"n": 2_000, "toy_n": 500, "toys": 2, "law_toys": 2, "epochs": 10, "toy_epochs": 10, "lams": "0,1e4"},
    "profile": {"few": 1, "some": 1, "most": 2, "sanity_seeds": 1, "wide_seeds": 1, "wide_together": 6},
}
"""How much is computed; width, depth, precision, stamps, sensors, members, kernels and radial points stay those of the
whole size, and so does the data parallel training of lenses: two processes here, one a GPU there."""
STAGES = {
    "covariance": ("litmus", "overfit"),
    "jets": ("data", "base", "train", "validate"),
    "lenses": ("data", "repeat", "rank"),
    "lrt": ("pair", "toys"),
    "profile": ("convergence", "sanity"),
}
AFTER = {"checkpoint": "out/train/checkpoint-2"}
"""What a stage before has left."""


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(STAGES))
def test_the_whole_size_takes_its_first_steps_on_a_cpu(name: str, tmp_path: Path) -> None:
    for library in NEEDS.get(name, ()):
        pytest.importorskip(library, reason=WANTED)
    study = protocol.load(ENTRIES / name, "full")
    folder = tmp_path / name
    shutil.copytree(ENTRIES / name, folder, ignore=shutil.ignore_patterns("out", "diary", "tables"))
    by_name = {stage.name: stage for stage in study.stages}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for stage in map(by_name.__getitem__, STAGES[name]):
        wanted = commands.places(stage.command)
        fewer = {place: str(value) for place, value in {**FEWER[name], **AFTER}.items() if place in wanted}
        fewer |= {place: str(values[0]) for place, values in stage.section.grid.items()}
        filled = commands.fill(stage.command, filling.settings_of(study, stage, fewer))
        line = shlex.split(" ".join(map(shlex.quote, filled)))
        environment = {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, timeout=500)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
