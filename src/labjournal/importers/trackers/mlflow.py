"""MLflow: its SQLite database (``mlflow.db``), and the folders of files it wrote before (``mlruns``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from labjournal.importers.trackers.tracked import TrackedRun, plain_setting
from labjournal.store import tracker_databases

_TABLES = {"runs", "metrics", "params", "tags", "experiments"}
_STATUS = {"FINISHED": "DONE", "FAILED": "FAILED", "KILLED": "KILLED", "3": "DONE", "4": "FAILED", "5": "KILLED"}
"""By name in the database, by number in files (RunStatus of mlflow/protos/service.proto)."""
_NOTE, _COMMIT, _NAME = "mlflow.note.content", "mlflow.source.git.commit", "mlflow.runName"


def read(path: Path) -> list[TrackedRun] | None:
    """The runs of a database or a folder; None when it is neither of MLflow's. Raises OSError, sqlite3.Error."""
    if path.is_file():
        return _database(path) if tracker_databases.tables(path) >= _TABLES else None
    found = [run for meta in sorted(path.glob("*/*/meta.yaml")) if (run := _folder(meta)) is not None]
    return found or None


def _database(path: Path) -> list[TrackedRun]:
    runs = []
    for row in tracker_databases.mlflow_runs(path):
        settings, tags = tracker_databases.mlflow_words(path, row["run_uuid"])
        run = _described({**row, "run_id": row["run_uuid"]}, settings, tags, str(path))
        run.project = row["project"]
        run.name = row["name"] or run.name
        for point in tracker_databases.mlflow_points(path, row["run_uuid"]):
            value = float("nan") if point["is_nan"] else float(point["value"])
            run.add(point["key"], int(point["step"] or 0), point["timestamp"] / 1000, value)
        runs.append(run)
    return runs


def _folder(meta: Path) -> TrackedRun | None:
    about = _flat(meta)
    if ("run_id" not in about and "run_uuid" not in about) or about.get("lifecycle_stage") == "deleted":
        return None
    about.setdefault("run_id", about.get("run_uuid", ""))
    run = _described(about, dict(_texts(meta.parent / "params")), dict(_texts(meta.parent / "tags")), str(meta.parent))
    experiment = meta.parent.parent / "meta.yaml"
    run.project = _flat(experiment).get("name") if experiment.is_file() else None
    for tag, text in _texts(meta.parent / "metrics"):
        for line in text.splitlines():
            words = line.split()  # timestamp, value and, in all but the oldest, step
            if len(words) >= 2:
                run.add(tag, int(words[2]) if len(words) > 2 else 0, int(words[0]) / 1000, float(words[1]))
    return run


def _described(
    about: Mapping[str, object], settings: Mapping[str, str], tags: Mapping[str, str], place: str
) -> TrackedRun:
    key = str(about["run_id"])
    return TrackedRun(
        tracker="mlflow",
        key=key,
        place=place,
        name=tags.get(_NAME) or str(about.get("run_name") or key),
        began=_seconds(about.get("start_time")),
        ended=_seconds(about.get("end_time")),
        status=_STATUS.get(str(about.get("status"))),
        settings={name: plain_setting(text) for name, text in settings.items()},
        commit=tags.get(_COMMIT) or str(about.get("source_version") or "") or None,
        notes=tags.get(_NOTE),
        labels={name: text for name, text in tags.items() if not name.startswith("mlflow.")},
    )


def _seconds(milliseconds: object) -> float | None:
    text = str(milliseconds)
    return int(text) / 1000 if text.isdecimal() else None


def _flat(path: Path) -> dict[str, str]:
    """The file holds one ``key: value`` a line; a value that needs more YAML than quotes is left as it stands."""
    pairs = (line.partition(": ") for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
    return {key: value.strip().strip("'\"") for key, colon, value in pairs if colon and value.strip() != "null"}


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Names, which may hold slashes, and the texts of the files below a folder."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield file.relative_to(folder).as_posix(), file.read_text(encoding="utf-8", errors="replace").rstrip("\n")
