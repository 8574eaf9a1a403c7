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
    assert top == {"sitecustomize.py", "always.code", "labjournal"}
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


LOADED = """\
import sys
for name in sorted(name for name in sys.modules if name.split(".")[0] == "labjournal"):
    module = sys.modules[name]
    print(name, module.__file__, module.__spec__.cached, list(getattr(module, "__path__", ()))[:1], module.__package__)
print(sys.meta_path[-1].__name__, type(sys.modules["labjournal.watch.start"].inside()).__name__)
print(sys.modules["labjournal.watch.start"].begin.__code__.co_filename)
print([type(finder).__name__ for finder in sys.meta_path], "labjournal" in sys.path_importer_cache)
"""


@pytest.mark.parametrize("content", [None, b"", b"\x00\x00\x00\x00rest", "cut", "wrong"])
def test_modules_are_the_same_whether_their_code_stood_together_or_not(tmp_path: Path, content: object) -> None:
    """Another Python, a file cut short, none at all: each module is then found as any other."""
    inside = prepare(tmp_path / "cache")
    together = inside / "always.code"
    good = together.read_bytes()
    expected = _what_is_loaded(inside, tmp_path / "first")
    assert "labjournal.watch.start" in expected
    if content is None:
        together.unlink()
    else:
        broken = {"cut": good[: len(good) // 2], "wrong": good[:4] + good[:4]}
        together.write_bytes(content if isinstance(content, bytes) else broken[str(content)])
    assert _what_is_loaded(inside, tmp_path / "second") == expected


def test_what_stands_together_is_used(tmp_path: Path) -> None:
    inside = prepare(tmp_path / "cache")
    for name in ("start", "outbox", "imports"):
        (inside / "labjournal" / "watch" / f"{name}.py").write_text("raise SystemExit('read from its own file')\n")
    assert "Inside" in _what_is_loaded(inside, tmp_path / "run")


def _what_is_loaded(inside: Path, run: Path) -> str:
    run.mkdir()
    ids = {"LABJOURNAL_RUN_ID": "01JCWATCHBOOT0000000000000", "LABJOURNAL_RUN_DIR": str(run)}
    env = {"PYTHONPATH": str(inside), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **ids}
    called = subprocess.run([sys.executable, "-c", LOADED], env=env, capture_output=True, text=True, check=True)
    assert called.stderr == ""
    assert list((run / "facts").iterdir())
    return called.stdout


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
