"""A journal of any size with everything that can be stated in it, as files; and all that its index then holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from journal_files import add_facts, write_fact
from labjournal import facts, paths
from labjournal.facts import Fact, derived_id
from labjournal.paths import JournalPaths, RunPaths
from labjournal.store import Store

START = 1.79e9
COMMIT = "9be1f0" + "0" * 34
DATA = {"1:1": "a41f" * 16, "1:10": "77c0" * 16}


def write(project: Path, runs: int, results: int, notes: int) -> JournalPaths:
    """``results`` of each run; every tenth run is a validation of the one before it."""
    journal = JournalPaths(project / ".labjournal")
    paths.make(journal)
    said: list[Fact] = []
    before = None
    for i in range(runs):
        run = _run(journal, i, before if i % 10 == 9 else None)
        said += _results(run, i, results, before if i % 10 == 9 else run.id)
        before = run.id
        said += _said_of_run(run.id, i)
    said += _words(notes, [fact for fact in said if fact.kind == "result"])
    journal.human_facts.mkdir(exist_ok=True)
    facts.append(journal.my_facts, said)
    return journal


def _fact(kind: str, data: Mapping[str, Any], run: str | None, t: float, *name: object) -> Fact:
    fact_id = facts.new_ulid(t)[:10] + derived_id(kind, run, t, *name)[10:]
    return facts.make(kind, dict(data), run, facts.now_iso(t), fact_id)


def _run(journal: JournalPaths, i: int, validates: str | None) -> RunPaths:
    t = START + 7200 * i
    run = journal.run(facts.new_ulid(t)[:10] + derived_id("run", i)[10:])
    for folder in (run.facts, run.attempts):
        folder.mkdir(parents=True)
    subject = {"run": validates, "step": 100, "dataset": "1:1", "options": {"numeric": "on"}} if validates else None
    data = {
        "name": f"run-{i}",
        "kind": "validate" if validates else "train",
        "reason": "because -- why not[^1]" if i % 3 else None,
        "command": ["python", "train.py", f"--lr={i % 7}"],
        "cwd": str(journal.project / "part"),
        "project": str(journal.project),
        "settings": {"lr": i % 7, "name": "ünïcode | pipe"},
        "parent": {"run": _id(i - 4), "step": 300} if i % 8 == 5 else None,
        "snapshot": {"commit": f"{i:06x}" + "0" * 34, "branch": "main", "dirty": bool(i % 2), "head": COMMIT},
        "validates": subject,
        "changes": ["lr 1 -> 2, train.py:7"] if i % 5 == 1 else [],
        "expect": ["accuracy > 0.5"] if i % 6 == 2 else [],
    }
    write_fact(run.run, "run", run.id, t, data)
    write_fact(run.attempt(1), "attempt", run.id, t + 1, {"n": 1, "pid": None, "supervisor_pid": None, "host": "box"})
    again = i % 7 == 3
    failed = {
        "attempt": 1,
        "status": "FAILED",
        "cause": "exit code 1",
        "exit_code": 1,
        "ended_at": facts.now_iso(t + 50),
    }
    done = {"attempt": 1 + again, "status": "DONE", "exit_code": 0, "cause": None, "ended_at": facts.now_iso(t + 90)}
    if again:
        write_fact(run.earlier_exit(1), "exit", run.id, t + 50, failed)
        write_fact(run.attempt(2), "attempt", run.id, t + 60, {"n": 2, "pid": None, "host": "box"})
    write_fact(run.exit, "exit", run.id, t + 90, failed if i % 11 == 4 and not again else done)
    told: list[tuple[str, dict[str, Any]]] = [
        ("hook", {"python": "3.11", "pid": 1, "argv": ["train.py"]}),
        ("settings", {"source": "argparse", "values": {"lr": i % 7, "width": 3}}),
        ("watch_state", {"state": "partly", "because": "no loss was seen"} if i % 4 == 1 else {"state": "watched"}),
        (
            "checkpoint",
            {"path": "out/last.pt", "version": f"v{i}", "step": 100, "size": 7, "written_at": facts.now_iso(t + 20)},
        ),
    ]
    if i % 4 == 0:
        level = "alarm" if i % 8 == 0 else "warning"
        told.append(
            (
                "finding",
                {
                    "rule": "no_update",
                    "level": level,
                    "subject": "head",
                    "step": 3,
                    "message": "It stands still.",
                    "evidence": {"grad": 0.125},
                    "remedy": "Look.",
                    "caused_by": None,
                },
            )
        )
    if i % 9 == 2:
        told.append(("event", {"text": "the learning rate was halved"}))
    add_facts(run, *told, at=t + 10)
    return run


def _id(i: int) -> str:
    return facts.new_ulid(START + 7200 * i)[:10] + derived_id("run", i)[10:]


def _results(run: RunPaths, i: int, n: int, subject: str) -> Iterator[Fact]:
    for k in range(n):
        name, t = list(DATA)[k % 2], START + 7200 * i + 100 + k
        missed, false = 7919 * (n * i + k) % 211, 6007 * (n * i + k) % 223
        data: dict[str, Any] = {
            "subject": {"run": subject, "step": 100 * (k // 2), "checkpoint": f"out/{100 * (k // 2)}.pt"},
            "measured_by": run.id,
            "dataset": {"name": name, "hash": DATA[name], "n": 1000, "class_counts": {"bg": 500, "sig": 500}},
            "options": {"numeric": "on", "prompt": f"a, b {i % 3}"} if k % 4 else {},
            "metrics": {"loss": 0.1 + 1e-9 * (37 * i % 991) + k / 3, "odd": "NaN"},
            "role": ("train", "unassigned", "test", "validation")[k % 4] if k > 5 else "validation",
            "how": "text",
            "rule": "sklearn_report",
            "file": "out.log",
            "line": 7 + k,
            "text": "accuracy   0.9 -- [^1]\n<!-- not ours -->",
            "objective": "v2" if k == 5 else None,
        }  # fmt: skip
        if k % 3 == 0:
            data["counts"] = {
                "labels": ["bg", "sig | x"],
                "matrix": [[500 - false, false], [missed, 490 - missed]],
                "unknown": [0, 10],
            }
        elif k % 3 == 1:
            data["per_class"] = {"bg": {"precision": 0.5, "recall": 0.25, "f1": 1 / 3, "support": 4}}
            data["digits"] = {"loss": 4}
        yield _fact("result", data, run.id, t, k)


def _said_of_run(run: str, i: int) -> Iterator[Fact]:
    t = START + 7200 * i + 200
    if i % 50 == 7:
        yield _fact("retract", {"on": [run], "why": f"labels were in the *input* of {i}"}, None, t)
    if i % 50 == 8:
        taken_back = _fact("retract", {"on": [run], "why": "too early"}, None, t)
        yield taken_back
        yield _fact("lift", {"retraction": taken_back.id, "why": "it was fine"}, None, t + 1)
    if i % 20 == 1:
        state = ("active", "clean", "fixed", "cannot tell")[i // 20 % 4]
        mark = {"fault": "adapter", "introduced": COMMIT, "fixed": None, "state": state, "because": "it stands there"}
        yield _fact("fault_mark", mark, run, t)


def _words(n: int, results: list[Fact]) -> Iterator[Fact]:
    kinds = ("note", "bug", "hypothesis", "question", "claim", "decision", "plan")
    for i in range(n):
        t, kind = START + 3600 * i + 1800, kinds[i % len(kinds)]
        about = (
            [f"r:{results[i % len(results)].id}", f"r:{results[(i + 2) % len(results)].id}"] if kind == "claim" else []
        )
        text = f"Note {i}: run-1 is better than run-2 in loss[^{i}].\n\n# Why\n\n- `a` <b>\n\n[^{i}]: Newcombe -- 1998"
        entry = _fact("entry", {"kind": kind, "text": text, "on": about, "attachments": []}, None, t, i)
        yield entry
        if i % 10 == 3:
            yield _fact("amend", {"entry": entry.id, "text": f"Reworded {i}"}, None, t + 60, i)
        if kind == "hypothesis":
            yield _fact(
                "entry_state", {"entry": entry.id, "state": "supported", "why": "run-3", "by": about}, None, t + 90, i
            )
    t = START + 50
    retraction = _fact(
        "retract", {"introduced": COMMIT, "fixed": None, "on": [], "why": "the adapter was never fed"}, None, t
    )
    yield retraction
    yield _fact(
        "fault",
        {"name": "adapter", "symptom": "numbers change nothing", "introduced": COMMIT, "retraction": retraction.id},
        None,
        t,
    )
    yield _fact("fault", {"name": "slow", "cause": "the loader"}, None, t + 9e4)
    yield _fact(
        "reference",
        {"name": "paper", "metrics": {"loss": 0.2}, "dataset": "1:1", "options": {}, "why": "table 2"},
        None,
        t,
    )
    yield _fact(
        "gate",
        {
            "study": "scan",
            "stage": "fit",
            "size": None,
            "needs": ["a"],
            "open": False,
            "because": "a failed",
            "override": "in a hurry",
        },
        None,
        t,
    )
    yield _fact(
        "gate",
        {"study": "scan", "stage": "fit", "size": None, "needs": [], "open": True, "because": "", "override": None},
        None,
        t + 1,
    )
    criteria = [{"text": "loss < 1", "value": 0.5, "passed": True, "sentence": "0.5 < 1"}]
    yield _fact(
        "stage",
        {
            "study": "scan",
            "stage": "a",
            "size": None,
            "fault": False,
            "state": "passed",
            "because": "",
            "criteria": criteria,
            "runs": [_id(0)],
            "commit": COMMIT,
            "took_s": 3.5,
            "decision": None,
            "rule_version": 1,
        },
        _id(0),
        t,
    )
    yield _fact("git_tag", {"name": "v1", "commit": COMMIT, "message": "first"}, None, t)
    yield _fact(
        "predictions",
        {
            "result": results[0].id,
            "path": "part/p.csv",
            "sha256": "ab" * 32,
            "n": 990,
            "groups": None,
            "design": None,
            "auc": [0.5, 0.6],
        },
        None,
        t + 60,
    )
    yield _fact(
        "assign", {"result": f"r:{results[7].id}", "role": "validation", "dataset": {"name": "1:10"}}, None, t + 61
    )
    yield _fact("dismiss", {"result": f"r:{results[3].id}", "why": "misread"}, None, t + 62)
    yield _fact("dismiss", {"result": f"r:{results[7].id}", "why": "misread"}, None, t + 59)


def held(store: Store) -> dict[str, object]:
    """Everything an index holds that an export can tell, by table or question, field by field."""
    tables = {
        "results": "SELECT * FROM results ORDER BY id",
        "values": "SELECT * FROM metric_values ORDER BY result, metric",
        "tallies": "SELECT * FROM tallies ORDER BY run",
        "entries": "SELECT id, t, kind, run, automatic, text, data FROM entries ORDER BY id",
        "findings": "SELECT * FROM findings ORDER BY id",
        "runs": f"SELECT {_RUN} FROM runs ORDER BY id",
    }
    found: dict[str, object] = {name: store.connection.execute(sql).fetchall() for name, sql in tables.items()}
    found["faults"] = [
        (fault.name, fault.symptom, fault.cause, fault.introduced, fault.fixed, fault.retraction)
        for fault in store.faults()
    ]
    found["marks"] = [store.fault_marks(fault) for fault in store.faults()]
    found["references"] = store.reference_values()
    found["verdicts"] = store.verdicts()
    found["settings"] = store.settings_of()
    for kind in ("gate", "stage", "retract", "lift", "git_tag", "assign", "dismiss", "amend", "entry_state"):
        found[kind] = [(fact.id, fact.t, fact.run, fact.data) for fact in store.facts_of_kind(kind)]
    return found


_RUN = (
    "id, name, kind, status, cause, reason, parent, created_at, started_at, ended_at, exit_code, code, dirty, git_tag, "
    "watch, worst_rule, worst_level, worst_count, attempts, retracted, subject, study, sweep, checkpoints"
)
