"""labjournal is upgraded while a process that launches runs, a study say, goes on with the modules it has loaded."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import labjournal
from labjournal.paths import JournalPaths
from launching_place import exit_of

DRIVER = """\
import sys
from pathlib import Path

package = Path(sys.argv[1]) / "labjournal"
sys.path.insert(0, sys.argv[1])

from labjournal import config, paths, vocabulary
from labjournal.runner import launching
from labjournal.runner.request import LaunchRequest

assert Path(vocabulary.__file__).parent == package
for name, more in (("vocabulary.py", "ADDED = 1"), ("launchers/attempt.py", "from labjournal.vocabulary import ADDED")):
    fresh = package / (name + ".new")
    fresh.write_text((package / name).read_text() + "\\n" + more + "\\n")
    fresh.replace(package / name)

journal = paths.find_or_make(Path.cwd())
request = LaunchRequest(command=("sh", "-c", "exit 3"), cwd=str(Path.cwd()))
print(launching.launch(request, journal, config.load(Path.cwd())).id)
"""


def test_runs_launched_after_an_upgrade_are_minded_to_their_end(tmp_path: Path) -> None:
    shutil.copytree(Path(labjournal.__file__).parent, tmp_path / "lib" / "labjournal")
    project = tmp_path / "project"
    project.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LABJOURNAL_")}
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(tmp_path / "lib")],
        cwd=project, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    end = exit_of(JournalPaths(project / ".labjournal").run(done.stdout.strip()))
    assert (end["status"], end["exit_code"]) == ("FAILED", 3), json.dumps(dict(end))
