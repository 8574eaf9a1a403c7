"""The folder on PYTHONPATH: made once, copied whole, and quick to find again."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from labjournal.errors import JournalUnavailableError
from labjournal.watch.boot import prepare


def test_the_folder_holds_the_inside_part_and_nothing_else(tmp_path: Path) -> None:
    folder = prepare(tmp_path)
    top = {path.name for path in folder.iterdir()} - {"__pycache__"}
    package = {path.name for path in (folder / "labjournal").iterdir()} - {"__pycache__"}
    assert top == {"sitecustomize.py", "labjournal"}
    assert package == {"__init__.py", "errors.py", "tags.py", "facts.py", "py.typed", "watch"}
    assert not (folder / "labjournal" / "watch" / "boot.py").exists()


def test_a_second_call_only_looks_at_the_folder(tmp_path: Path) -> None:
    first = prepare(tmp_path)
    made = {path: path.stat().st_mtime_ns for path in first.rglob("*")}
    assert prepare(tmp_path) == first
    assert {path: path.stat().st_mtime_ns for path in first.rglob("*")} == made
    assert list(tmp_path.iterdir()) == [first]


def test_what_every_process_loads_is_compiled_beforehand(tmp_path: Path) -> None:
    """Where Python may not write byte code, each process would compile it again: 10 ms instead of 3."""
    (tmp_path / "script.py").write_text(
        "import sys\n"
        "names = [name for name in sys.modules if name.split('.')[0] in ('labjournal', 'sitecustomize')]\n"
        "print(*(sys.modules[name].__spec__.cached for name in names), sep='\\n')\n"
    )
    folder = tmp_path / "run"
    folder.mkdir()
    inside = prepare(tmp_path / "cache")
    env = {
        "PYTHONPATH": str(inside),
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "LABJOURNAL_RUN_ID": "01JCWATCHBOOT0000000000000",
        "LABJOURNAL_RUN_DIR": str(folder),
        "LABJOURNAL_CODE_ROOT": str(tmp_path),
    }
    command = [sys.executable, str(tmp_path / "script.py")]
    cached = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.split()
    ours = [path for path in cached if path.startswith(str(inside))]
    assert len(ours) >= 8
    assert any("sources" in path for path in ours)
    assert [path for path in ours if not Path(path).is_file()] == []


def test_launchers_that_come_at_once_share_one_folder(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        folders = set(pool.map(lambda _: prepare(tmp_path), range(8)))
    assert len(folders) == 1
    assert [path.name for path in tmp_path.iterdir()] == [folders.pop().name]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes into read-only folders")
def test_a_read_only_cache_is_a_journal_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(JournalUnavailableError):
        prepare(tmp_path / "cache")


def test_a_cache_path_that_is_a_file_is_a_journal_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(JournalUnavailableError):
        prepare(tmp_path / "cache")


def test_the_api_works_from_the_reduced_package_alone(tmp_path: Path) -> None:
    code = "import labjournal, sys; labjournal.log({'x': 1}); labjournal.note('hello'); print(labjournal.__file__)"
    env = {"PYTHONPATH": str(prepare(tmp_path)), "PATH": os.environ["PATH"]}
    base = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run([base, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert str(tmp_path) in done.stdout
    assert done.stderr.count("labjournal:") == 1
