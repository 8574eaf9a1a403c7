"""Handing a failed run to a fresh interpreter that starts it again, as ``--max-retries`` asks for.

A supervisor knows neither checkpoints nor templates and imports nothing that could; what starts the next attempt is
what ``labjournal resume`` and ``retry`` do. It runs apart, so that this supervisor can end.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import labjournal
from labjournal.launchers.base import Plan

_ENTRY = "import sys; sys.path.insert(0, sys.argv[1]); from labjournal.supervise import again; again()"


def start(plan: Plan) -> None:
    """Start the next attempt of a plan that has ended; what goes wrong stands in the run's log."""
    # Isolated, as in local: neither PYTHONPATH nor the working folder may replace us.
    command = [sys.executable, "-I", "-c", _ENTRY, str(Path(labjournal.__file__).parents[1])]
    job = {**plan._asdict(), "retries_left": plan.retries_left - 1}
    with open(f"{plan.folder}/out.log", "ab") as log:  # noqa: PTH123 - a path of ours, in a process that stays small
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True, pass_fds=plan.leases
        )
        assert process.stdin is not None
        with process.stdin as pipe:
            pipe.write(json.dumps(job).encode("ascii"))
