"""What `labjournal run -- true` costs, in a git repository of 5,000 files, as ratios of `python -c pass`.

CPU time of all processes taking part, user and system, medians. "To the command's exec" is what the launching
process, its git calls and the supervisor had used when the command ran; "whole call" is until the prompt is back.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_CALL = """
import os, resource, sys, time
os.environ["CLI"] = str(os.getpid())
try:
    from labjournal.cli import main
    main(["run", "--", "sh", "-c", "cat /proc/$CLI/schedstat /proc/$PPID/schedstat > $OUT; : > $OUT.done"])
except SystemExit:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(used.ru_utime + used.ru_stime, file=sys.stderr)
    sys.stdout.flush()
    while not os.path.exists(os.environ["OUT"] + ".done"):  # the command looks at this process
        time.sleep(0.001)
    os._exit(0)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--runs", type=int, default=0, help="runs that stand in the journal already")
    parser.add_argument("--dirty", action="store_true", help="one tracked file changed, so that a snapshot is written")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch, "project")
        make_repository(project, given.files)
        launch(project)  # the first launch makes the journal and the folder of the watch
        fill(project, given.runs)
        if given.dirty:
            (project / "file0.py").write_text("changed = 1\n", encoding="utf-8")
        peers, execs, wholes = [], [], []
        for _ in range(given.times):
            peers.append(cpu_s([sys.executable, "-c", "pass"], project)[0])
            to_exec, whole = launch(project)
            execs.append(to_exec)
            wholes.append(whole)
    peer = statistics.median(peers)
    print(f"python -c pass                         {peer * 1000:7.1f} ms")
    for name, values, target in (("to the command's exec", execs, 10), ("whole call", wholes, 20)):
        value = statistics.median(values)
        print(f"labjournal run, {name:22} {value * 1000:7.1f} ms  {value / peer:5.1f}x  (at most {target}x)")


def make_repository(project: Path, files: int) -> None:
    for number in range(files):
        path = project / f"package{number % 50}" / f"file{number}.py" if number else project / "file0.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"value = {number}\n", encoding="utf-8")
    identity = ["-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost"]
    for arguments in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "all"]):
        subprocess.run(["git", *arguments], cwd=project, check=True)


def fill(project: Path, runs: int) -> None:
    """Ended runs of another command."""
    from labjournal import facts
    from labjournal.launchers import records

    for _ in range(runs):
        run_id = facts.new_ulid(time.time() - 86400)
        folder = project / ".labjournal" / "runs" / run_id
        folder.mkdir()
        data = {"name": "other", "kind": "train", "command": ["python", "other.py"], "cwd": str(project)}
        records.write(folder / "run.json", facts.make("run", data, run=run_id))
        records.write(folder / "exit.json", facts.make("exit", {"attempt": 1, "status": "DONE"}, run=run_id))


def launch(project: Path) -> tuple[float, float]:
    """CPU seconds to the command's exec, and of the whole call."""
    out = project.parent / "at-exec"
    Path(f"{out}.done").unlink(missing_ok=True)
    whole, talk = cpu_s([sys.executable, "-c", _CALL], project, OUT=str(out))
    own, supervisor = (int(line.split()[0]) / 1e9 for line in out.read_text(encoding="ascii").splitlines())
    children = float(talk.split()[-1])
    time.sleep(0.1)  # the supervisor's last moments are not the next call's
    return own + supervisor + children, whole


def cpu_s(command: list[str], cwd: Path, **more: str) -> tuple[float, str]:
    """CPU seconds of a process and the children it waited for, and what it said on stderr."""
    process = subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, **more}
    )
    assert process.stderr is not None
    talk = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed: {talk}")
    return used.ru_utime + used.ru_stime, talk


if __name__ == "__main__":
    main()
