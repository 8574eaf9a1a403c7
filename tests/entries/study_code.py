"""The scripts of a study as modules; two studies may call a file alike, so none stays imported."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

ENTRIES = Path(__file__).parents[2] / "entries"


@contextmanager
def scripts(study: str, *names: str) -> Iterator[list[ModuleType]]:
    """The named scripts of a study, imported as they import each other: by flat names."""
    folder = ENTRIES / study
    own = {path.stem for path in folder.glob("*.py")}
    kept = {name: sys.modules.pop(name) for name in own if name in sys.modules}
    sys.path.insert(0, str(folder))
    try:
        yield [importlib.import_module(name) for name in names]
    finally:
        sys.path.remove(str(folder))
        for name in own:
            sys.modules.pop(name, None)
        sys.modules.update(kept)


def copy_of_study(study: str, folder: Path) -> None:
    """A repository with nothing but the study, as it is before its first run."""
    shutil.copytree(ENTRIES / study, folder / "entries" / study, ignore=shutil.ignore_patterns("out", "diary"))
    (folder / ".gitignore").write_text("entries/*/out/\n__pycache__/\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "the study"]):
        subprocess.run([*git, *words], cwd=folder, check=True)


def run_study(study: str, folder: Path, timeout_s: float = 550) -> list[dict[str, Any]]:
    """Run a study small, with this Python as the ``python`` of its commands; returns ``study status --json``."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    program = [sys.executable, "-m", "labjournal", "study"]
    subprocess.run(
        [*program, "run", study, "--smoke"], cwd=folder, env=environment, capture_output=True, timeout=timeout_s
    )
    told = subprocess.run([*program, "status", study, "--json"], cwd=folder, capture_output=True, check=True)
    stages: list[dict[str, Any]] = json.loads(told.stdout)
    return stages
