"""Runs of other trackers, from files laid out as those trackers lay them out; one file was written by W&B itself."""

from __future__ import annotations

import json
import math
import os
import sqlite3
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labjournal.importers import trackers
from labjournal.importers.trackers import wandb
from labjournal.importers.trackers.tracked import TrackedRun, flat, numbers_in, plain_setting

WANDB_FILE = Path(__file__).with_name("trackers") / "run-bohmq3sc.wandb"
"""Twenty steps of ``run.log({"train/loss": 1 / (s + 1), "val": {"acc": s / 20}, "msg": "x", "inf": nan})`` by 0.31."""
LOSSES = [1 / (step + 1) for step in range(20)]
MLFLOW = """
CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name VARCHAR(256));
CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, name VARCHAR(250), status VARCHAR(9), start_time BIGINT,
  end_time BIGINT, source_version VARCHAR(50), lifecycle_stage VARCHAR(20), experiment_id INTEGER);
CREATE TABLE metrics (key VARCHAR(250), value FLOAT, timestamp BIGINT, run_uuid VARCHAR(32), step BIGINT,
  is_nan BOOLEAN, PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan));
CREATE TABLE params (key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32));
CREATE TABLE tags (key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32));
INSERT INTO experiments VALUES (1, 'digits');
INSERT INTO runs VALUES ('aa', 'mlp', 'FINISHED', 1795897529475, 1795897531048, '', 'active', 1);
INSERT INTO runs VALUES ('bb', 'gone', 'FINISHED', 1795897529475, 1795897531048, '', 'deleted', 1);
INSERT INTO runs VALUES ('cc', 'live', 'RUNNING', 1795897529475, NULL, '', 'active', 1);
INSERT INTO params VALUES ('lr', '0.1', 'aa'), ('net', 'mlp', 'aa'), ('api_key', 'sk-abcdefghijklmnop', 'aa');
INSERT INTO tags VALUES ('mlflow.note.content', 'second try', 'aa'), ('mlflow.source.git.commit', 'c20a77', 'aa'),
  ('team', 'blue', 'aa');
"""


def _mlflow_database(path: Path) -> Path:
    with sqlite3.connect(path) as database:
        database.executescript(MLFLOW)
        for step, loss in enumerate(LOSSES):
            database.execute(
                "INSERT INTO metrics VALUES ('train/loss', ?, ?, 'aa', ?, 0)", (loss, 1795897529500 + step, step)
            )
        database.execute("INSERT INTO metrics VALUES ('val', 0, 1795897529600, 'aa', 3, 1)")
    database.close()
    return path


def _mlflow_files(folder: Path) -> Path:
    run = folder / "965" / "aa"
    for name in ("metrics/train", "params", "tags"):
        (run / name).mkdir(parents=True)
    (folder / "965" / "meta.yaml").write_text("experiment_id: '965'\nname: digits\n")
    (run / "meta.yaml").write_text(
        "end_time: 1795897531048\nlifecycle_stage: active\nrun_id: aa\nrun_name: mlp\nsource_version: ''\n"
        "start_time: 1795897529475\nstatus: 3\n"
    )
    (run / "metrics/train/loss").write_text(
        "".join(f"{1795897529500 + s} {loss} {s}\n" for s, loss in enumerate(LOSSES))
    )
    (run / "metrics/val").write_text("1795897529600 nan 3\n")
    for name, text in {"lr": "0.1", "net": "mlp", "api_key": "sk-abcdefghijklmnop"}.items():
        (run / "params" / name).write_text(text)
    for name, text in {
        "mlflow.note.content": "second try",
        "mlflow.source.git.commit": "c20a77",
        "team": "blue",
    }.items():
        (run / "tags" / name).write_text(text)
    return folder


def _trackio(path: Path, with_ids: bool = True) -> Path:
    key = "run_id TEXT NOT NULL, " if with_ids else ""
    mark, own = ("?, ", ("id1",)) if with_ids else ("", ())
    with sqlite3.connect(path) as database:
        for table, columns in {
            "metrics": "timestamp TEXT, run_name TEXT, step INTEGER, metrics TEXT",
            "configs": "run_name TEXT, config TEXT, created_at TEXT",
        }.items():
            database.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {key}{columns})")
        config = {"lr": 0.1, "net": {"layers": 3}, "_Created": "2026-11-28T20:25:51+00:00"}
        database.execute(f"INSERT INTO configs VALUES (1, {mark}'mlp', ?, '')", (*own, json.dumps(config).encode()))
        for step, loss in enumerate(LOSSES):
            said = json.dumps({"train/loss": loss, "val": {"acc": step / 20}, "note": "x", "bad": "NaN"}).encode()
            row = (*own, f"2026-11-28T20:25:{step + 10}+00:00", step, said)
            database.execute(f"INSERT INTO metrics VALUES (NULL, {mark}?, 'mlp', ?, ?)", row)
    database.close()
    return path


def _values(run: TrackedRun, tag: str) -> list[float]:
    return [value for _, _, value in run.curves[tag]]


@pytest.mark.parametrize("layout", [lambda folder: _mlflow_database(folder / "mlflow.db"), _mlflow_files])
def test_mlflow_in_a_database_and_in_files_says_the_same(tmp_path: Path, layout: Any) -> None:
    run = next(run for run in trackers.find(layout(tmp_path)) if run.key == "aa")
    assert (run.tracker, run.name, run.project, run.status) == ("mlflow", "mlp", "digits", "DONE")
    assert (run.began, run.ended, run.commit, run.notes) == (1795897529.475, 1795897531.048, "c20a77", "second try")
    assert run.settings == {"lr": 0.1, "net": "mlp", "api_key": "sk-abcdefghijklmnop"}
    assert run.labels == {"team": "blue"}
    assert run.curves["train/loss"] == [(s, (1795897529500 + s) / 1000, loss) for s, loss in enumerate(LOSSES)]
    assert math.isnan(_values(run, "val")[0])


def test_a_deleted_run_of_mlflow_is_left_out_and_one_that_goes_on_has_no_end(tmp_path: Path) -> None:
    found = {run.name: run.status for run in trackers.find(_mlflow_database(tmp_path / "mlflow.db"))}
    assert found == {"mlp": "DONE", "live": None}


@pytest.mark.parametrize("with_ids", [True, False])
def test_trackio_of_two_ages(tmp_path: Path, with_ids: bool) -> None:
    (run,) = trackers.find(_trackio(tmp_path / "digits.db", with_ids))
    assert (run.tracker, run.name, run.project, run.status) == ("trackio", "mlp", "digits", None)
    assert run.settings == {"lr": 0.1, "net.layers": 3}
    assert _values(run, "train/loss") == LOSSES
    assert _values(run, "val/acc")[-1] == 0.95
    assert math.isnan(_values(run, "bad")[0])
    assert "note" not in run.curves
    assert trackers.find(tmp_path)[0].key == run.key


def test_a_file_that_wandb_wrote() -> None:
    (run,) = trackers.find(WANDB_FILE)
    assert (run.tracker, run.key, run.name, run.project, run.status) == ("wandb", "bohmq3sc", "mlp-0", "digits", "DONE")
    assert run.settings == {"lr": 0.1, "net.layers": 3, "api_key": "abc"}
    assert (run.notes, run.labels) == ("first try", {"a": ""})
    assert _values(run, "train/loss") == LOSSES
    assert [step for step, _, _ in run.curves["val/acc"]] == list(range(20))
    assert all(map(math.isnan, _values(run, "inf")))
    assert run.summary == {"best_acc": 0.95}
    assert run.began is not None
    assert run.ended is not None
    assert run.began < run.ended < run.began + 60


def test_the_folder_of_wandb_counts_a_linked_run_once(tmp_path: Path) -> None:
    folder = tmp_path / "wandb" / "offline-run-20261128_203356-bohmq3sc"
    folder.mkdir(parents=True)
    (folder / WANDB_FILE.name).write_bytes(WANDB_FILE.read_bytes())
    (tmp_path / "wandb" / "latest-run").symlink_to(folder.name)
    for path in (tmp_path, tmp_path / "wandb", folder):
        assert [run.key for run in trackers.find(path)] == ["bohmq3sc"]


def _framed(messages: list[bytes]) -> bytes:
    """The log format, written from its description: blocks of 32 KiB, a record never begins in the last 6 bytes."""
    out = bytearray(b":W&B" + struct.pack("<HB", 0xBEE1, 0))
    for message in messages:
        rest, first = message, True
        while True:
            left = 32768 - len(out) % 32768
            if left < 7:
                out += bytes(left)
                continue
            part, rest = rest[: left - 7], rest[left - 7 :]
            kind = (1 if not rest else 2) if first else (4 if not rest else 3)
            out += struct.pack("<IHB", zlib.crc32(bytes((kind,)) + part), len(part), kind) + part
            first = False
            if not rest:
                break
    return bytes(out)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 70_000), max_size=6), st.data())
def test_messages_of_any_length_come_back_and_a_cut_or_flipped_file_gives_no_other(
    sizes: list[int], data: st.DataObject
) -> None:
    made = [bytes([number + 1]) * size for number, size in enumerate(sizes)]
    raw = _framed(made)
    assert list(wandb.messages(raw)) == made
    cut = data.draw(st.integers(0, len(raw)))
    assert list(wandb.messages(raw[:cut])) == made[: len(list(wandb.messages(raw[:cut])))]
    flipped = bytearray(raw)
    flipped[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert all(message in made for message in wandb.messages(bytes(flipped)))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_fail(raw: bytes) -> None:
    list(wandb.messages(b":W&B" + raw))
    wandb._describe(TrackedRun("wandb", "k", "p", "n"), raw)
    wandb._points(TrackedRun("wandb", "k", "p", "n"), raw)
    wandb._end(TrackedRun("wandb", "k", "p", "n"), raw)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", 0.1),
        ("3", 3),
        ("True", True),
        ("1_000", "1_000"),
        ("nan", "nan"),
        ("1e400", "1e400"),
        ("adam", "adam"),
        ("", ""),
    ],
)
def test_settings_kept_as_text_get_their_kind_back(text: str, value: object) -> None:
    assert plain_setting(text) == value
    assert type(plain_setting(text)) is type(value)


def test_nested_values_are_named_by_all_levels() -> None:
    assert dict(numbers_in({"a": {"b": 1, "c": {"d": 2.5}}, "e": True, "f": "x"})) == {"a/b": 1.0, "a/c/d": 2.5}
    assert flat({"a": {"b": [1], "c": {}}, "d": None}) == {"a.b": [1], "a.c": {}, "d": None}


class Journal:
    """A folder with a journal, used as a shell would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def call(self, *words: str) -> str:
        command = [sys.executable, "-m", "labjournal", *words]
        environment = {**os.environ, "COLUMNS": "120"}
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=True, timeout=120
        )
        return done.stdout


def test_imported_runs_have_their_curves_exactly_and_again_only_what_came_since(tmp_path: Path) -> None:
    database = _mlflow_database(tmp_path / "mlflow.db")
    journal = Journal(tmp_path)
    told = json.loads(journal.call("import", "mlflow.db", "--dry-run", "--json"))["tracked"]
    assert [(run["name"], run["curves"]) for run in told] == [("mlp", {"train/loss": 20, "val": 1}), ("live", {})]
    assert told[0]["settings"]["api_key"] == "(hidden)"
    assert not (tmp_path / ".labjournal").exists()

    journal.call("import", "mlflow.db")
    assert journal.call("import", "mlflow.db").count("nothing new") == 2
    runs = {run["name"]: run for run in json.loads(journal.call("ls", "--json"))}
    assert set(runs) == {"mlp", "live"}
    assert runs["mlp"]["status"] == "DONE"
    points = json.loads(journal.call("scalars", "mlp", "train/loss", "--json"))
    assert points["train/loss"]["values"] == LOSSES
    assert "second try" in journal.call("diary")
    shown = journal.call("show", "mlp")
    assert "0.1" in shown
    assert "not watched: it was not launched by labjournal" in shown
    assert "command" not in shown  # nobody knows one
    assert "sk-abc" not in shown

    with sqlite3.connect(database) as more:
        more.execute("INSERT INTO metrics VALUES ('train/loss', 0.04, 1795897530000, 'aa', 20, 0)")
        more.execute("UPDATE runs SET status = 'KILLED', end_time = 1795897539000 WHERE run_uuid = 'cc'")
    more.close()
    assert "mlp: 1 point more" in journal.call("import", "mlflow.db")
    points = json.loads(journal.call("scalars", "mlp", "train/loss", "--json"))
    assert points["train/loss"]["values"] == [*LOSSES, 0.04]
    assert {run["name"]: run["status"] for run in json.loads(journal.call("ls", "--json"))}["live"] == "KILLED"


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    database = _mlflow_database(tmp_path / "mlflow.db")
    raw = bytearray(database.read_bytes())
    raw[4096:] = bytes(len(raw) - 4096)
    database.write_bytes(raw)
    command = [sys.executable, "-m", "labjournal", "import", "mlflow.db", "--dry-run"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "mlflow.db" in done.stderr
