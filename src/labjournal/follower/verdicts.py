"""Verdicts on what was expected of runs that have ended, stated again when other results come, or some are taken back.

The id follows from the run, the expectation, what it was judged by and the verdicts before, the time from the newest
thing it rests on: whoever judges the same results states the same fact.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from labjournal import facts
from labjournal.compare.measure import values_of
from labjournal.config import Config
from labjournal.facts import Fact
from labjournal.judging import expectations
from labjournal.judging.expectations import Judged
from labjournal.model import Run, Verdict
from labjournal.store import Store

VERSION = 1
"""Of the rules: a newer one judges anew."""


def derive(store: Store, about: Collection[str] | None, config: Config) -> dict[str, list[Fact]]:
    """Run -> the verdicts that are new; ``about`` None looks at every run of which something was expected."""
    derived: dict[str, list[Fact]] = {}
    values = values_of(config)
    for run_id in store.expecting(about):
        run = store.run(run_id)
        standing = {verdict.expectation: verdict for verdict in store.verdicts(run_id)}
        for judged in expectations.of_run(store, run, values):
            before = standing.get(judged.expectation)
            if before is None or not _same(before, judged):
                derived.setdefault(run_id, []).append(_fact(store, run, judged, before))
    return derived


def _same(before: Verdict, now: Judged) -> bool:
    return (before.word, before.sentence, before.results) == (now.word, now.sentence, now.results)


def _fact(store: Store, run: Run, judged: Judged, before: Verdict | None) -> Fact:
    gap = judged.gap
    supersedes = sorted({before.id, *before.superseded}) if before else []
    data = {
        "expectation": judged.expectation,
        "word": judged.word,
        "sentence": judged.sentence,
        "gap": gap.value if gap else None,
        "low": gap.low if gap else None,
        "high": gap.high if gap else None,
        "results": list(judged.results),
        "rule_version": VERSION,
        "supersedes": supersedes,
    }
    fact_id = facts.derived_id("verdict", run.id, facts.dumps(data))
    return facts.make("verdict", data, run.id, facts.now_iso(_when(store, run, judged, before).timestamp()), fact_id)


def _when(store: Store, run: Run, judged: Judged, before: Verdict | None) -> datetime:
    """When it was made: by the end of the run, a result, or a word that took one back."""
    newest = max([run.ended_at or run.created_at, *(store.result(result).t for result in judged.results)])
    if before is None or newest > before.t:
        return newest
    said = [datetime.fromisoformat(word.t) for word in store.facts_of_kind("retract", "lift", "assign", "dismiss")]
    return max([before.t, *said])
