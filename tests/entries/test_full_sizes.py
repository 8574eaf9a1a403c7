"""The whole size of each study: its commands are complete, and its scripts take them. It runs on a GPU, for hours."""

from __future__ import annotations

import shlex
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
    with scripts(name, *sorted(files)) as modules:
        for line in asked:
            at = next(k for k, word in enumerate(line) if word.endswith(".py"))
            module = modules[sorted(files).index(Path(line[at]).stem)]
            monkeypatch.setattr(sys, "argv", line[at:])
            module._arguments()
