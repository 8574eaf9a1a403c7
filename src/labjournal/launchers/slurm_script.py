"""The script of a SLURM job: it becomes our supervisor on the compute node, with the plans it carries.

The plans stand in the script and not in the run's folder, because a command may hold a secret and only its owner can
read a job's script. The environment travels by sbatch's own ``--export=ALL``.
"""

from __future__ import annotations

import base64
import json
import math
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import labjournal
from labjournal.launchers.base import Plan

_ENTRY = "import sys; sys.path.insert(0, sys.argv[1]); from labjournal.supervise import in_job; in_job()"
_GPU_OPTIONS = ("gres", "gpus", "gpus-per-node", "gpus-per-task", "tres-per-node", "tres-per-task")
_STOP_MARGIN_S = 30.0


def script(plans: Sequence[Plan], environment: Mapping[str, str]) -> str:
    """The script for one job, or for an array with one task a plan; ``environment`` is what sbatch hands on."""
    root = str(Path(labjournal.__file__).parents[1])
    carried = [_carried(plan, environment) for plan in plans]
    packed = base64.b64encode(json.dumps(carried).encode("ascii")).decode("ascii")
    lines = "\n".join(packed[at : at + 120] for at in range(0, len(packed), 120))
    # Isolated, as in local: neither PYTHONPATH nor the working folder may replace us.
    words = " ".join(map(_quoted, (sys.executable, "-I", "-c", _ENTRY, root)))
    return f"#!/bin/sh\nexec {words} <<'LABJOURNAL'\n{lines}\nLABJOURNAL\n"


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


def _carried(plan: Plan, environment: Mapping[str, str]) -> dict[str, Any]:
    own = {name: value for name, value in plan.environment.items() if environment.get(name) != value}
    return {**plan._asdict(), "environment": own}


def plans(text: str, inherited: Mapping[str, str]) -> list[Plan]:
    """The plans that a script carries, with the environment of the job."""
    raw = json.loads(base64.b64decode("".join(text.split())))
    return [Plan.from_json({**one, "environment": {**inherited, **one["environment"]}}) for one in raw]


def literal(path: str) -> str:
    """A path as sbatch reads it in ``--output``, where ``%`` begins a place to fill."""
    return path.replace("%", "%%")


def options(plan: Plan, comment: str, warn_s: int) -> list[str]:
    """What sbatch is told of what a plan needs; what the user asked for by name comes last and wins."""
    wanted = plan.resources
    told = [
        f"--job-name={re.sub(r'[^A-Za-z0-9_.-]+', '-', wanted.name)[:60] or 'run'}",
        f"--comment={comment}",
        f"--chdir={plan.cwd}",
        "--open-mode=append",
        "--export=ALL",
        f"--signal=B:USR2@{warn_s}",
        "--requeue",
    ]
    if plan.time_limit_s is not None:  # the supervisor keeps the exact limit; SLURM's is the net below it
        told.append(f"--time={math.ceil((plan.time_limit_s + warn_s + _STOP_MARGIN_S) / 60)}")
    if wanted.gpus and not any(name in wanted.options for name in _GPU_OPTIONS):
        told.append(f"--gres=gpu:{wanted.gpus}")
    if wanted.after:
        told.append("--dependency=" + ",".join(f"{how}:{job}" for job, how in wanted.after))
    return [*told, *(f"--{name.replace('_', '-')}={value}" if value else f"--{name}" for name, value in _own(wanted))]


def _own(wanted: Any) -> list[tuple[str, str]]:
    return [(name, "" if value in ("", "true", "on") else value) for name, value in wanted.options.items()]
