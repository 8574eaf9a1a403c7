"""Facts of a run become its row. A pure function of the set of facts, so their order cannot matter."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from labjournal.facts import Fact, dumps
from labjournal.facts import number as number_of
from labjournal.model import Attempt, Level, Run, RunKind, Snapshot, StageRun, Status, SweepTrial
from labjournal.store import codec
from labjournal.store.rows import RunRow
from labjournal.vocabulary import END_UNSEEN

SETTINGS_ORDER = (
    *("script", "seed", "config-file", "optimizer", "config-object", "hparams"),
    *("command-line", "hydra", "hf", "argparse", "stated"),
)
"""From the weakest source to the strongest; sources not named here stand below all of them."""


def project(run_id: str, facts: Sequence[Fact]) -> dict[str, Any]:
    """The columns of a run's row; ``data`` holds what only `Run` shows. Retraction and curves are filled elsewhere."""
    by_kind: dict[str, list[Fact]] = {}
    for fact in facts:
        by_kind.setdefault(fact.kind, []).append(fact)
    launch = _first(by_kind, "run")
    stated = launch.data if launch else {}
    attempts = by_kind.get("attempt", [])
    newest = max((_number(fact) for fact in (*attempts, *by_kind.get("restart", []))), default=1)
    ending = _ending(by_kind.get("exit", []), newest)
    snapshot = codec.mapping(stated.get("snapshot"))
    validates = codec.mapping(stated.get("validates"))
    parent = codec.mapping(stated.get("parent"))
    settings, settings_from = _settings(stated, by_kind.get("settings", []))
    status = _status(ending, any(_number(fact) == newest for fact in attempts))
    end = _last(by_kind, "watch_end")
    return {
        "id": run_id,
        "name": str(stated.get("name") or run_id[-6:].lower()),
        "kind": _kind(stated, by_kind),
        "status": status.value,
        "cause": codec.text_or_none(ending.data.get("cause")) if ending else None,
        "reason": codec.text_or_none(stated.get("reason")),
        "parent": codec.text_or_none(parent.get("run")),
        "created_at": launch.t if launch else (facts[0].t if facts else "1970-01-01T00:00:00.000000Z"),
        "started_at": min((fact.t for fact in attempts), default=None),
        "ended_at": str(ending.data.get("ended_at") or ending.t) if ending else None,
        "exit_code": codec.whole(ending.data.get("exit_code")) if ending else None,
        "code": codec.text_or_none(snapshot.get("commit")),
        "dirty": int(bool(snapshot["dirty"])) if "dirty" in snapshot else None,
        "git_tag": codec.text_or_none(snapshot.get("git_tag")),
        "watch": _watch(by_kind, status, stated.get("command")),
        "attempts": len({_number(fact) for fact in attempts}),
        "subject": codec.text_or_none(validates.get("run")),
        "study": codec.text_or_none(codec.mapping(stated.get("stage")).get("study")),
        "sweep": codec.text_or_none(codec.mapping(stated.get("sweep")).get("id")),
        "data": dumps(
            {
                "command": list(codec.texts(stated.get("command"))),
                "cwd": _folder_of(by_kind.get("frozen", [])) or codec.text_or_none(stated.get("cwd")),
                "host": launch.host if launch else None,
                "user": launch.user if launch else None,
                "parent_step": codec.whole(parent.get("step")),
                "parent_checkpoint": codec.text_or_none(parent.get("checkpoint")),
                "validates": validates or None,
                "settings": settings,
                "settings_from": settings_from,
                "changes": list(codec.texts(stated.get("changes"))),
                "snapshot": snapshot,
                "signal": codec.whole(ending.data.get("signal")) if ending else None,
                "end_unseen": bool(ending.data.get("unseen")) if ending else False,
                "launcher": str(stated.get("launcher") or "local"),
                "job": _job(by_kind),
                "logdir": logdir_of(facts),
                "steps": codec.whole(end.data.get("steps")) if end else None,
                "planned_steps": codec.whole(end.data.get("planned_steps")) if end else None,
                "expect": list(codec.texts(stated.get("expect"))),
                "expect_time_s": number_of(stated.get("expect_time_s")),
                "stage": codec.mapping(stated.get("stage")) or None,
                "sweep": codec.mapping(stated.get("sweep")) or None,
            }
        ),
    }


def logdir_of(facts: Sequence[Fact]) -> str | None:
    """Where a run was said to write event files: at its launch, or later of a process that was adopted."""
    said = [fact.data.get("logdir") for fact in facts if fact.kind in ("run", "adopted")]
    return codec.text_or_none(next((one for one in said if one), None))


def _folder_of(frozen: Sequence[Fact]) -> str | None:
    """The working folder of a run that was given a tree of its own: what it opened and wrote is named from there."""
    return codec.text_or_none(frozen[-1].data.get("cwd")) if frozen else None


def _first(by_kind: Mapping[str, list[Fact]], kind: str) -> Fact | None:
    return by_kind[kind][0] if kind in by_kind else None


def _last(by_kind: Mapping[str, list[Fact]], kind: str) -> Fact | None:
    return by_kind[kind][-1] if kind in by_kind else None


def _kind(stated: Mapping[str, Any], by_kind: Mapping[str, list[Fact]]) -> str:
    """A command with "test" in its name, or with nothing that tells, is a training all the same once weights move."""
    kind = stated.get("kind")
    known = str(kind) if kind in RunKind.__members__.values() else RunKind.OTHER.value
    guessed = stated.get("kind_from") == "command" and not stated.get("validates")
    if guessed and known in (RunKind.VALIDATE, RunKind.OTHER) and _trains(by_kind):
        return RunKind.TRAIN.value
    return known


def _trains(by_kind: Mapping[str, list[Fact]]) -> bool:
    return any(fact.data.get("source") == "optimizer" for fact in by_kind.get("settings", []))


def _number(fact: Fact) -> int:
    """Which attempt an ``attempt``, a ``restart`` or an ``exit`` speaks of."""
    return codec.whole(fact.data.get("n", fact.data.get("attempt"))) or 1


def _job(by_kind: Mapping[str, list[Fact]]) -> str | None:
    """The job of the newest attempt, by whoever submitted it, else by the attempt itself."""
    named = [fact for kind in ("job", "attempt") for fact in by_kind.get(kind, []) if fact.data.get("job")]
    newest = max(named, key=lambda fact: (_number(fact), fact.t, fact.id), default=None)
    return None if newest is None else str(newest.data["job"])


def _ending(exits: Sequence[Fact], attempt: int) -> Fact | None:
    """The exit of the newest attempt; a word from the supervisor beats an outsider's LOST."""
    newest = [fact for fact in exits if _number(fact) >= attempt]
    known = [fact for fact in newest if fact.data.get("status") != Status.LOST]
    candidates = known or newest
    return candidates[-1] if candidates else None


def _status(ending: Fact | None, attempted: bool) -> Status:
    if ending is None:
        return Status.RUNNING if attempted else Status.QUEUED
    try:
        status = Status(str(ending.data.get("status")))
    except ValueError:
        return Status.FAILED
    return status if status.ended else Status.FAILED


def _settings(stated: Mapping[str, Any], facts: Sequence[Fact]) -> tuple[dict[str, Any], dict[str, str]]:
    ranked = sorted(facts, key=lambda fact: (_rank(str(fact.data.get("source"))), fact.t, fact.id))
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    layers = [(str(fact.data.get("source")), codec.mapping(fact.data.get("values"))) for fact in ranked]
    for source, layer in [*layers, ("stated", codec.mapping(stated.get("settings")))]:
        for name, value in layer.items():
            values[name], origin[name] = value, source
    return values, origin


def _rank(source: str) -> int:
    return SETTINGS_ORDER.index(source) if source in SETTINGS_ORDER else -1


def _watch(by_kind: Mapping[str, list[Fact]], status: Status, command: Any) -> str:
    state = _best_state(by_kind.get("watch_state", []))
    failed = by_kind.get("watch_off", [])
    if failed:  # all of it, or some checks alone
        whole = [fact for fact in failed if "rules" not in fact.data]
        because = (whole or failed)[-1].data.get("because") or "the watch switched itself off"
        others = f" (and {len(failed) - 1} more)" if len(failed) > 1 and not whole else ""
        return f"{'partly' if state else 'not watched'}: {because}{others}"
    if state:
        word, why = str(state.data.get("state") or "watched"), state.data.get("because")
        return f"{word}: {why}" if why else word
    if "hook" in by_kind:
        return "not watched: no optimizer has stepped" + (" yet" if not status.ended else "")
    if "adopted" in by_kind:
        return "not watched: it was not launched by labjournal"
    if status.ended and any("PYTHONPATH=" in str(word) for word in command or ()):
        return (
            "not watched: the command sets PYTHONPATH, by which the watch comes in; "
            "set it before labjournal, or keep what is there: PYTHONPATH=src:$PYTHONPATH"
        )
    if status.ended:
        return (
            "not watched: the process gave no sign of life "
            "(no Python, python -E or -I, a PYTHONPATH set anew by a script, or a container)"
        )
    return "not watched: no sign of life yet"


def _best_state(states: Sequence[Fact]) -> Fact | None:
    """A run of several processes is watched when one of them is: the parent of workers trains nothing itself."""
    ranks = {"watched": 2, "partly": 1}
    return max(states, key=lambda fact: (ranks.get(str(fact.data.get("state")), 0), fact.t, fact.id), default=None)


def write(connection: sqlite3.Connection, row: Mapping[str, Any]) -> None:
    """Insert or update the row; columns that other projections fill keep their value."""
    names = list(row)
    update = ", ".join(f"{name}=excluded.{name}" for name in names if name != "id")
    connection.execute(
        f"INSERT INTO runs ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "
        f"ON CONFLICT (id) DO UPDATE SET {update}",
        tuple(row.values()),
    )


def write_attempts(connection: sqlite3.Connection, run_id: str, facts: Sequence[Fact]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO attempts (run, number, t, data) VALUES (?,?,?,?)",
        [
            (run_id, codec.whole(fact.data.get("n")) or 1, fact.t, dumps(fact.data | {"host": fact.host}))
            for fact in facts
            if fact.kind == "attempt"
        ],
    )


def read(connection: sqlite3.Connection, row: RunRow, data: str) -> Run:
    raw = json.loads(data)
    validates, snapshot = codec.mapping(raw["validates"]), codec.mapping(raw["snapshot"])
    worst = None
    if row.worst_rule and row.worst_level:
        worst = (row.worst_rule, Level(row.worst_level), row.worst_count or 0)
    return Run(
        id=row.id,
        name=row.name,
        kind=RunKind(row.kind),
        status=Status(row.status),
        created_at=codec.moment(row.created_at) or codec.EPOCH,
        cause=row.cause,
        end_unseen=_end_unseen(row, raw),
        reason=row.reason,
        command=tuple(raw["command"]),
        cwd=raw["cwd"],
        host=raw["host"],
        user=raw["user"],
        parent=row.parent,
        parent_step=raw["parent_step"],
        subject=codec.subject(validates, row.id) if validates else None,
        dataset=codec.text_or_none(validates.get("dataset")),
        options={key: str(value) for key, value in codec.mapping(validates.get("options")).items()},
        settings=raw["settings"],
        settings_from=raw["settings_from"],
        changes=tuple(raw["changes"]),
        snapshot=Snapshot(
            commit=row.code,
            head=codec.text_or_none(snapshot.get("head")),
            branch=codec.text_or_none(snapshot.get("branch")),
            dirty=bool(row.dirty),
            git_tag=row.git_tag,
            root=codec.text_or_none(snapshot.get("root")),
            left_out=tuple((str(path), str(why)) for path, why in snapshot.get("left_out") or ()),
            missing=codec.text_or_none(snapshot.get("missing")),
        ),
        started_at=codec.moment(row.started_at),
        ended_at=codec.moment(row.ended_at),
        exit_code=row.exit_code,
        signal=raw["signal"],
        launcher=raw["launcher"],
        job=raw["job"],
        watch=row.watch or "",
        worst=worst,
        step=row.step,
        checkpoints=row.checkpoints,
        attempts=row.attempts,
        planned_steps=raw["planned_steps"],
        retracted=row.retracted,
        expect=codec.texts(raw.get("expect")),
        expect_time_s=number_of(raw.get("expect_time_s")),
        stage=_stage(codec.mapping(raw.get("stage"))),
        trial=_trial(codec.mapping(raw.get("sweep"))),
    )


def _end_unseen(row: RunRow, raw: Mapping[str, Any]) -> bool:
    """An older journal has no word of its own for it: there the launcher tells, or the cause."""
    stated = raw.get("end_unseen") or raw["launcher"] == "adopted" or END_UNSEEN in (row.cause or "")
    return row.status == Status.LOST and bool(stated)


def _stage(raw: Mapping[str, Any]) -> StageRun | None:
    if not raw.get("study") or not raw.get("stage"):
        return None
    return StageRun(
        study=str(raw["study"]),
        stage=str(raw["stage"]),
        size=codec.text_or_none(raw.get("size")),
        member={key: str(value) for key, value in codec.mapping(raw.get("member")).items()},
        protocol=str(raw.get("protocol") or ""),
        criteria=codec.texts(raw.get("criteria")),
        files=codec.text_or_none(raw.get("files")),
    )


def _trial(raw: Mapping[str, Any]) -> SweepTrial | None:
    number = codec.whole(raw.get("number"))
    if not raw.get("id") or number is None:
        return None
    values = {key: str(value) for key, value in codec.mapping(raw.get("values")).items()}
    return SweepTrial(str(raw["id"]), number, values, codec.whole(raw.get("seed")))


def read_attempts(connection: sqlite3.Connection, run_id: str) -> list[Attempt]:
    rows = connection.execute("SELECT number, t, data FROM attempts WHERE run = ? ORDER BY number", (run_id,))
    found = []
    for number, t, data in rows:
        raw = json.loads(data)
        found.append(
            Attempt(
                run=run_id,
                number=number,
                started_at=codec.moment(t),
                pid=codec.whole(raw.get("pid")),
                start_ticks=codec.whole(raw.get("start_ticks")),
                supervisor_pid=codec.whole(raw.get("supervisor_pid")),
                supervisor_ticks=codec.whole(raw.get("supervisor_ticks")),
                machine=codec.text_or_none(raw.get("machine")),
                boot=codec.text_or_none(raw.get("boot")),
                pid_namespace=codec.text_or_none(raw.get("pid_namespace")),
                host=str(raw.get("host") or ""),
            )
        )
    return found
