"""The process that stays in a job when the supervisor was killed, and says how the run ended."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_BEGIN = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from journal_files import make_run
from labjournal import facts, machine, paths
from labjournal.launchers import child, records, slurm_job
from labjournal.launchers.base import Plan
from labjournal.launchers.slurm_keeper import Keeper

keeper = Keeper()
run = make_run(paths.find_or_make(Path(sys.argv[1])), ended=False)
limits = {"stop_int_s": 0.5, "stop_term_s": 0.5}
plan = Plan(run.id, str(run.folder), 2, ("touch", "ran"), ("touch", "ran"), environment={}, cwd=sys.argv[1], **limits)

def state(pid):
    attempt = {"n": 2, "pid": pid, "start_ticks": None, "boot": None, "log_start": run.log.stat().st_size}
    records.write(run.attempt(2), facts.make("attempt", attempt, run=run.id))

"""
_END = """
keeper.see_out(plan, run, machine)
print(run.exit.read_text())
print(slurm_job.is_to_be_retried(records.read(run.exit)))
"""
_DIES_LATE = """
run.log.write_text('Traceback (most recent call last):\\n  File "train.py", line 3, in load\\nKeyError: "a"\\n')
pid = os.fork()
if pid == 0:
    os._exit(3)
state(pid)
"""
_HELD_BACK = """
run.log.write_text("")

def supervise():
    state(child.fork(plan, os.open(os.devnull, os.O_WRONLY)).pid)
    os.kill(os.getpid(), signal.SIGKILL)

keeper.work(supervise)
"""


def seen_out(folder: Path, body: str) -> tuple[dict[str, object], bool]:
    """The end that a keeper writes, and whether it is retried; in a process of its own: it takes orphans in."""
    command = [sys.executable, "-c", _BEGIN + body + _END, str(folder), str(Path(__file__).parents[1])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    end, _, retried = done.stdout.strip().rpartition("\n")
    return json.loads(end)["data"], retried == "True"


def test_what_an_earlier_attempt_printed_does_not_explain_this_ones_death(tmp_path: Path) -> None:
    end, _ = seen_out(tmp_path, _DIES_LATE)
    assert (end["status"], end["exit_code"]) == ("FAILED", 3)
    assert "exit code 3" in str(end["cause"])
    assert "KeyError" not in str(end["cause"])


def test_a_command_that_never_ran_since_its_supervisor_was_killed_has_no_exit_code_and_is_retried(
    tmp_path: Path,
) -> None:
    end, retried = seen_out(tmp_path, _HELD_BACK)
    assert not (tmp_path / "ran").exists()
    assert (end["status"], end["exit_code"]) == ("KILLED", None)
    assert "its supervisor was killed" in str(end["cause"])
    assert retried
