"""The start-up hook in real processes: it chains, it is silent, and it leaves the user's Python as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hooked import RUN_ID, run_hooked

from labjournal.watch.boot import prepare

PYTHONS = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python"))
SUPPORTED = [path for path in PYTHONS if int(path.parts[-3].split(".")[1]) >= 9]


def test_the_first_act_is_a_hook_fact(tmp_path: Path) -> None:
    done = run_hooked(["-c", "pass"], tmp_path)
    assert [fact.kind for fact in done.facts] == ["hook"]
    fact = done.facts[0]
    assert fact.run == RUN_ID
    assert fact.data["argv"][-2:] == ["-c", "pass"]
    assert (done.stdout, done.stderr) == ("", "")


def test_without_a_run_nothing_is_written_and_the_package_can_be_imported(tmp_path: Path) -> None:
    code = "import sys, labjournal; print('labjournal.watch.start' in sys.modules)"
    env = {"LABJOURNAL_RUN_ID": "", "LABJOURNAL_RUN_DIR": ""}
    done = run_hooked(["-c", code], tmp_path, env=env)
    assert done.stdout == "False\n"
    assert not (done.folder / "facts").exists()


def test_the_sitecustomize_behind_ours_runs_and_its_errors_are_its_own(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "sitecustomize.py").write_text("import sys\nsys.theirs = __file__\n")
    code = "import sys; print(sys.theirs); print(sys.modules['sitecustomize'].__file__)"
    done = run_hooked(["-c", code], tmp_path, env={"PYTHONPATH": str(theirs)})
    assert done.stdout.split() == [str(theirs / "sitecustomize.py")] * 2

    (theirs / "sitecustomize.py").write_text("1 / 0\n")
    broken = run_hooked(["-c", "print('on')"], tmp_path, env={"PYTHONPATH": str(theirs)})
    assert broken.stdout == "on\n"
    assert "ZeroDivisionError" in broken.stderr


def test_the_users_path_comes_first_and_ours_last(tmp_path: Path) -> None:
    done = run_hooked(["-c", "import sys, json; print(json.dumps(sys.path))"], tmp_path)
    paths = json.loads(done.stdout)
    ours = str(prepare(tmp_path / "cache"))
    assert paths.index(ours) == len(paths) - 1


def test_a_whole_labjournal_is_found_behind_the_reduced_one(tmp_path: Path) -> None:
    done = run_hooked(["-c", "import labjournal.errors, labjournal.format, labjournal.cli; print('ok')"], tmp_path)
    assert done.stdout == "ok\n", done.stderr


def test_an_unwritable_run_folder_is_met_with_one_notice(tmp_path: Path) -> None:
    env = {"LABJOURNAL_RUN_DIR": "/proc/nowhere"}
    done = run_hooked(["-c", "print('on')"], tmp_path, env=env)
    assert (done.returncode, done.stdout) == (0, "on\n")
    assert len(done.stderr.splitlines()) <= 1


def test_no_more_than_64_processes_of_a_run_write_files(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "facts"
    folder.mkdir(parents=True)
    for number in range(64):
        (folder / f"1-watch-host-{number}-abc.jsonl").touch()
    run_hooked(["-c", "pass"], tmp_path)
    assert len(list(folder.iterdir())) == 64


def test_an_uncaught_error_becomes_a_fact_and_is_still_printed(tmp_path: Path) -> None:
    (tmp_path / "fails.py").write_text("def f():\n    raise ValueError('no good')\nf()\n")
    done = run_hooked(["fails.py"], tmp_path)
    assert done.returncode == 1
    assert "ValueError: no good" in done.stderr
    assert "labjournal" not in done.stderr
    (told,) = done.data("traceback")
    assert (told["type"], told["message"]) == ("ValueError", "no good")
    assert "fails.py" in told["frames"][-1]
    assert "line 2, in f" in told["frames"][-1]


def test_find_spec_of_a_watched_module_does_not_use_the_watch_up(tmp_path: Path) -> None:
    (tmp_path / "asks.py").write_text(
        "import importlib.util\n"
        "assert importlib.util.find_spec('argparse')\n"
        "import argparse\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--epochs', type=int, default=3)\n"
        "parser.parse_args([])\n"
    )
    done = run_hooked(["asks.py"], tmp_path)
    assert done.data("settings") == [{"source": "argparse", "values": {"epochs": 3}}]


@pytest.mark.parametrize("python", SUPPORTED or [None], ids=lambda path: path.parts[-3] if path else "none")
def test_every_supported_python_is_watched(python: Path | None, tmp_path: Path) -> None:
    if python is None:
        pytest.skip("no other Python versions here")
    (tmp_path / "config.yaml").write_text("lr: 1\n")
    (tmp_path / "data.csv").write_text("a,b\n")
    (tmp_path / "script.py").write_text(
        "import argparse, random, labjournal\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--lr', type=float, default=0.1)\n"
        "parser.add_argument('--api-key', default='abcdef')\n"
        "parser.parse_args()\n"
        "random.seed(7)\n"
        "open('config.yaml').close(); open('data.csv').close()\n"
        "labjournal.log({'loss': 0.5}, step=1)\n"
        "labjournal.result(dataset='d', predictions=(['a', 'b', 'a'], ['a', 'a', '?']), accuracy=1 / 3)\n"
        "open('events.out.tfevents.1', 'ab').close()\n"
    )
    done = run_hooked(["script.py"], tmp_path, python=python)
    assert (done.returncode, done.stderr) == (0, "")
    by_source = {data["source"]: data["values"] for data in done.data("settings")}
    assert by_source["argparse"] == {"lr": 0.1, "api_key": "(hidden)"}
    assert by_source["seed"] == {"random": 7}
    assert {Path(data["path"]).name for data in done.data("file_opened")} == {"config.yaml", "data.csv"}
    assert [data["logdir"] for data in done.data("event_file")] == [str(tmp_path)]
    (result,) = done.data("result")
    assert result["counts"] == {"labels": ["a", "b"], "matrix": [[1, 0], [1, 0]], "unknown": [1, 0]}
    assert result["n"] == 3


def test_children_of_a_shell_are_watched_too(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(prepare(tmp_path / "cache"))}
    env.update(LABJOURNAL_RUN_ID=RUN_ID, LABJOURNAL_RUN_DIR=str(tmp_path / "run"))
    subprocess.run(["sh", "-c", f"{sys.executable} -c pass; {sys.executable} -c pass"], env=env, check=True)
    assert len(list((tmp_path / "run" / "facts").iterdir())) == 2
