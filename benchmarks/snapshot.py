"""What recording the code costs a launch: CPU of ``snapshot`` as a ratio to one ``git status``, 5,000 files.

Run it with ``python benchmarks/snapshot.py``. CPU time of this process and its children, medians of 5.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from labjournal.vcs import NoRepository, Snapshot, snapshot

FILES = 5000
REPEATS = 5


def cpu_ms(work: Callable[[], object]) -> float:
    """Median CPU milliseconds of a call, user and system, children included."""

    def now() -> float:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(one.ru_utime + one.ru_stime for one in used) * 1000

    times = []
    for _ in range(REPEATS):
        before = now()
        work()
        times.append(now() - before)
    return statistics.median(times)


def make_repository(root: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(("git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments), cwd=root, check=True)

    git("init", "-q")
    for number in range(FILES):
        folder = root / f"package_{number // 100:02}"
        folder.mkdir(exist_ok=True)
        (folder / f"module_{number % 100:02}.py").write_text(f"value = {number}\n" * 20)
    git("add", "-A")
    git("commit", "-q", "-m", "files")
    git("status", "-s")  # settles the index, as it is in a tree that is worked in


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_repository(root)

        def status() -> None:
            subprocess.run(("git", "status", "--porcelain", "-uall"), cwd=root, check=True, capture_output=True)

        def take() -> Snapshot:
            found = snapshot(root)
            if isinstance(found, NoRepository):
                sys.exit(found.reason)
            return found

        def report(name: str) -> None:
            peer, ours = cpu_ms(status), cpu_ms(take)
            print(f"{name:22} snapshot {ours:6.1f} ms   git status {peer:6.1f} ms   ratio {ours / peer:.2f}")

        report("clean tree")
        (root / "package_00" / "module_00.py").write_text("value = 1\n")
        (root / "new.py").write_text("value = 2\n")
        report("two files changed")
        for number in range(0, FILES, 10):
            (root / f"package_{number // 100:02}" / f"module_{number % 100:02}.py").write_text("value = 3\n")
        report("500 files changed")


if __name__ == "__main__":
    main()
