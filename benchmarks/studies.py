"""The worked studies at their small size: wall time and CPU of all that each starts, every run with its supervisor.

Each runs in a repository of its own in a temporary folder. `import torch`, timed beside each, is the yardstick: of an
idle core it takes 1.6 s here, and all figures grow with it where others use the machine.

    python benchmarks/studies.py [NAME ...]
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from descendants import adopt, cpu_s, reap

ENTRIES = Path(__file__).parents[1] / "entries"
LIMIT_S = 90


def yardstick() -> float:
    began = cpu_s()
    subprocess.run([sys.executable, "-c", "import torch"], check=True)
    return cpu_s() - began


def copied(name: str, to: Path) -> None:
    """A repository with nothing but the study, as it is before its first run."""
    shutil.copytree(ENTRIES / name, to / "entries" / name, ignore=shutil.ignore_patterns("out", "diary", "tables"))
    (to / ".gitignore").write_text("entries/*/out/\n__pycache__/\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "the study"]):
        subprocess.run([*git, *words], cwd=to, check=True)


def main() -> None:
    names = sys.argv[1:] or sorted(path.parent.name for path in ENTRIES.glob("*/study.toml"))
    adopt()
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    program = [sys.executable, "-m", "labjournal", "study"]
    print(f"wanted: under {LIMIT_S} s each on an idle core")
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            copied(name, Path(folder))
            torch, cpu, began = yardstick(), cpu_s(), time.monotonic()
            subprocess.run([*program, "run", name, "--smoke"], cwd=folder, capture_output=True)
            wall = time.monotonic() - began
            reap(wait=True)
            cpu = cpu_s() - cpu
            told = subprocess.run([*program, "status", name, "--json"], cwd=folder, capture_output=True, check=True)
            stages = json.loads(told.stdout)
        runs, passed = sum(len(one["runs"]) for one in stages), sum(one["state"] == "passed" for one in stages)
        print(
            f"{name}: {passed} of {len(stages)} stages passed, {runs} runs: {wall:.0f} s, {cpu:.0f} s CPU; "
            f"import torch {torch:.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
