"""Finding facts become findings: one for each rule and subject of a run, however often it was said."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

from labjournal.facts import Fact, derived_id, dumps
from labjournal.model import Finding, Level
from labjournal.store import codec


def project(run_id: str, facts: Sequence[Fact], acknowledged: Mapping[str, str]) -> list[Finding]:
    """Findings of a run, causes before consequences, worst first, then by step."""
    groups: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        if fact.kind == "finding":
            groups.setdefault((str(fact.data.get("rule")), str(fact.data.get("subject") or "")), []).append(fact)
    found = [_one(run_id, rule, subject, said, acknowledged) for (rule, subject), said in groups.items()]
    rules = {finding.rule for finding in found}
    return sorted(
        found,
        key=lambda f: (f.caused_by in rules, -f.level.rank, f.step if f.step is not None else 2**62, f.rule, f.subject),
    )


def _one(run_id: str, rule: str, subject: str, said: Sequence[Fact], acknowledged: Mapping[str, str]) -> Finding:
    first, last = said[0], said[-1]
    steps = [step for step in (codec.whole(fact.data.get("step")) for fact in said) if step is not None]
    finding_id = derived_id("finding", run_id, rule, subject)
    return Finding(
        id=finding_id,
        run=run_id,
        rule=rule,
        level=max((_level(fact.data.get("level")) for fact in said), key=lambda level: level.rank),
        subject=subject,
        step=min(steps, default=None),
        message=str(last.data.get("message") or ""),
        evidence=codec.mapping(last.data.get("evidence")),
        remedy=codec.text_or_none(last.data.get("remedy")),
        caused_by=codec.text_or_none(last.data.get("caused_by")),
        first_seen=codec.moment(first.t) or codec.EPOCH,
        count=len(said),
        acknowledged=acknowledged.get(finding_id),
    )


def _level(value: object) -> Level:
    try:
        return Level(str(value))
    except ValueError:
        return Level.NOTICE


def write(connection: sqlite3.Connection, run_id: str, findings: Sequence[Finding]) -> None:
    connection.execute("DELETE FROM findings WHERE run = ?", (run_id,))
    connection.executemany(
        "INSERT INTO findings VALUES (?,?,?,?,?,?,?,?,?)",
        [
            (
                f.id,
                run_id,
                f.rule,
                f.level.value,
                f.subject,
                f.step,
                f.first_seen.isoformat(),
                f.acknowledged,
                dumps(
                    {
                        "message": f.message,
                        "evidence": f.evidence,
                        "remedy": f.remedy,
                        "caused_by": f.caused_by,
                        "count": f.count,
                        "order": i,
                    }
                ),
            )
            for i, f in enumerate(findings)
        ],
    )
    unanswered = [f for f in findings if f.acknowledged is None and f.level is not Level.NOTICE]
    worst = unanswered[0] if unanswered else None
    connection.execute(
        "UPDATE runs SET worst_rule = ?, worst_level = ?, worst_count = ? WHERE id = ?",
        (worst.rule if worst else None, worst.level.value if worst else None, len(unanswered) or None, run_id),
    )


def read(connection: sqlite3.Connection, run_id: str | None) -> list[Finding]:
    """Of one run in its order, or of all runs, newest first."""
    where, values = ("WHERE run = ?", (run_id,)) if run_id else ("", ())
    rows = connection.execute(
        f"SELECT id, run, rule, level, subject, step, first_seen, acknowledged, data FROM findings {where}", values
    ).fetchall()
    decoded = [(row, json.loads(row[8])) for row in rows]
    if run_id:
        decoded.sort(key=lambda pair: pair[1]["order"])
    else:
        decoded.sort(key=lambda pair: pair[0][6], reverse=True)
    return [
        Finding(
            id=row[0],
            run=row[1],
            rule=row[2],
            level=Level(row[3]),
            subject=row[4],
            step=row[5],
            message=data["message"],
            evidence=data["evidence"],
            remedy=data["remedy"],
            caused_by=data["caused_by"],
            first_seen=codec.moment(row[6]) or codec.EPOCH,
            count=data["count"],
            acknowledged=row[7],
        )
        for row, data in decoded
    ]
