"""The process that stays in a job when the supervisor was killed, and says how the run ended."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import os, sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from journal_files import make_run
from labjournal import facts, machine, paths
from labjournal.launchers import records
from labjournal.launchers.base import Plan
from labjournal.launchers.slurm_keeper import Keeper

keeper = Keeper()
run = make_run(paths.find_or_make(Path(sys.argv[1])), ended=False)
run.log.write_text('Traceback (most recent call last):\\n  File "train.py", line 3, in load\\nKeyError: "a"\\n')
pid = os.fork()
if pid == 0:
    os._exit(3)
attempt = {"n": 2, "pid": pid, "start_ticks": None, "boot": None, "log_start": run.log.stat().st_size}
records.write(run.attempt(2), facts.make("attempt", attempt, run=run.id))
limits = {"stop_int_s": 0.5, "stop_term_s": 0.5}
keeper.see_out(Plan(run.id, str(run.folder), 2, ("x",), ("x",), environment={}, cwd="/", **limits), run, machine)
print(run.exit.read_text())
"""


def test_what_an_earlier_attempt_printed_does_not_explain_this_ones_death(tmp_path: Path) -> None:
    """In a process of its own: the keeper takes orphans in and catches signals."""
    here = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", _SCRIPT, str(tmp_path), here]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    end = json.loads(done.stdout)["data"]
    assert (end["status"], end["exit_code"]) == ("FAILED", 3)
    assert "exit code 3" in end["cause"]
    assert "KeyError" not in end["cause"]
