from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import venv
from pathlib import Path

from labjournal.machine import environment, installed_packages, packages_on


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_packages_are_those_that_importlib_reads() -> None:
    expected = {normal(one.metadata["Name"]): one.version for one in importlib.metadata.distributions()}
    assert packages_on(sys.path) == expected


def test_the_first_folder_wins_and_strange_entries_are_passed_over(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (
        first / "Foo_Bar-1.0.dist-info", second / "foo.bar-2.0.dist-info", second / "old-0.5-py3.9.egg-info",
        second / "~orch-2.0.dist-info", second / "no_version.dist-info", second / "torch-2.1.0+cu118.dist-info",
    ):  # fmt: skip
        folder.mkdir(parents=True)
    (second / "flat-3.1.egg-info").write_text("")
    found = packages_on([str(first), str(second), str(first), "/nonexistent", str(tmp_path / "x.zip")])
    assert found == {"foo-bar": "1.0", "old": "0.5", "flat": "3.1", "torch": "2.1.0+cu118"}


def test_the_packages_of_another_interpreter_are_found_without_starting_it(tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    assert installed_packages(python) == {}
    site = subprocess.run(
        (python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (Path(site) / "thing-1.2.dist-info").mkdir()
    assert installed_packages(python) == {"thing": "1.2"}
    assert set(installed_packages(sys.executable)) <= set(packages_on(sys.path))


def test_the_environment_is_ready_for_json() -> None:
    found = environment()
    assert json.loads(json.dumps(found)) == found
    assert found["gpus"] is None
    assert found["cpu_count"] >= 1
