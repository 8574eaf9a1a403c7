"""What a launched process is given, and with which Python and packages it will run."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labjournal import tags
from labjournal.config import Config
from labjournal.paths import JournalPaths, RunPaths
from labjournal.runner import commands
from labjournal.runner.request import LaunchRequest

_NOTHING: Mapping[str, Any] = {}
_OF_VALIDATION = (tags.ENV_SUBJECT_RUN, tags.ENV_CHECKPOINT, tags.ENV_DATASET, tags.ENV_OPTIONS)


def child_environment(
    request: LaunchRequest,
    paths: JournalPaths,
    run: RunPaths,
    attempt: int,
    inside: Path | None,
    config: Config,
    snapshot: Mapping[str, Any] = _NOTHING,
) -> dict[str, str]:
    """The variables of a run's process.

    Args:
        request: its ``environment`` is what is inherited.
        paths: the journal.
        run: the run's folder.
        attempt: number of the process.
        inside: the folder of the watch, first on PYTHONPATH; None leaves the run unwatched.
        config: which tensors should stand still, and which rules are off or of another level, for the watch.
        snapshot: the code as the ``run`` fact has it, for the watch to hold against what really runs.
    """
    inherited = os.environ if request.environment is None else request.environment
    given = {name: value for name, value in inherited.items() if name not in _OF_VALIDATION}
    given[tags.ENV_RUN_ID] = run.id
    given[tags.ENV_RUN_DIR] = str(run.folder)
    given[tags.ENV_JOURNAL_DIR] = str(paths.folder)
    given[tags.ENV_ATTEMPT] = str(attempt)
    for name in (tags.ENV_FROZEN, tags.ENV_CHECKS, tags.ENV_CODE_ROOT):
        given.pop(name, None)
    if isinstance(snapshot.get("commit"), str) and isinstance(snapshot.get("root"), str):
        given[tags.ENV_CODE_ROOT] = snapshot["root"]
    if config.watch.frozen:
        given[tags.ENV_FROZEN] = "\n".join(config.watch.frozen)
    levels = {**config.checks.level, **dict.fromkeys(config.checks.off, "off")}
    if levels:
        given[tags.ENV_CHECKS] = "\n".join(f"{rule}={level}" for rule, level in levels.items())
    # A pipe or file is written in blocks of 8 KB otherwise: the log would lag, and a killed run lose its last words.
    given.setdefault("PYTHONUNBUFFERED", "1")
    # Else a crash in native code tells nothing: with this Python prints where it was.
    given.setdefault("PYTHONFAULTHANDLER", "1")
    given.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    given["PYTHONPATH"] = _python_path(given.get("PYTHONPATH"), paths, inside)
    if not given["PYTHONPATH"]:
        del given["PYTHONPATH"]
    if request.parent is not None and request.parent.checkpoint is not None:
        given[tags.ENV_CHECKPOINT] = request.parent.checkpoint
    if request.validates is not None:
        given.update(_validation(request.validates))
    return given


def _python_path(inherited: str | None, paths: JournalPaths, inside: Path | None) -> str:
    """The watch first; the one that an outer run put there is dropped."""
    cache = str(paths.cache) + os.sep
    kept = [] if not inherited else [part for part in inherited.split(os.pathsep) if not part.startswith(cache)]
    return os.pathsep.join([*([str(inside)] if inside else []), *kept])


def _validation(validates: Mapping[str, Any]) -> dict[str, str]:
    given = {tags.ENV_SUBJECT_RUN: validates["run"], tags.ENV_CHECKPOINT: validates.get("path")}
    given[tags.ENV_DATASET] = validates.get("dataset")
    given[tags.ENV_OPTIONS] = json.dumps(validates.get("options") or {}, sort_keys=True)
    return {name: str(value) for name, value in given.items() if value is not None}


def interpreter(command: Sequence[str], cwd: str, search: str | None) -> Path | None:
    """The Python a command starts: itself, or the one its script names in the first line; None when it is neither.

    ``uv run`` and ``conda run`` choose later: what they choose, the watch reports from inside.
    """
    found = next((path for path in _candidates(command[0], cwd, search) if os.access(path, os.X_OK)), None)
    if found is None:
        return None
    if commands.is_python(os.path.basename(command[0])):
        return Path(found)
    try:
        with Path(found).open("rb") as file:
            first = file.readline(200)
    except OSError:
        return None
    named = first[2:].decode("utf-8", "replace").split() if first.startswith(b"#!") else []
    return Path(named[0]) if named and commands.is_python(os.path.basename(named[0])) else None


def _candidates(program: str, cwd: str, search: str | None) -> list[str]:
    """Where a program may lie; ``shutil.which`` knows too, and takes 3 ms to import."""
    if os.sep in program:
        return [os.path.join(cwd, program)]
    return [os.path.join(cwd, folder, program) for folder in (search or os.defpath).split(os.pathsep)]


def describe_python(command: Sequence[str], cwd: str, search: str | None) -> dict[str, Any] | None:
    """Interpreter and packages a command will run with, found without starting anything; None for no Python."""
    python = interpreter(command, cwd, search)
    if python is None:
        return None
    import re

    from labjournal.machine.software import packages_on, site_folders

    folders = site_folders(python)
    versions = [match[1] for folder in folders if (match := re.search(r"/python(3\.\d+)/", folder))]
    return {"python": str(python), "version": versions[0] if versions else None, "packages": packages_on(folders)}


def read_python(run: RunPaths) -> dict[str, Any] | None:
    """What ``describe_python`` found at the launch of a run; None when nothing is kept."""
    try:
        found = json.loads(run.environment.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
