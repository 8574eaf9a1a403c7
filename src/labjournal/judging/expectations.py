"""An expectation of a run held against its results: confirmed, refuted or undecided, with the numbers.

The checkpoint is the last one unless ``at`` names another: the best of many would be chosen by what it is judged on.
Retracted and dismissed results carry no verdict; results nobody has assigned are named, not used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from labjournal import format as fmt
from labjournal.compare.measure import Values
from labjournal.errors import InputError
from labjournal.judging import grammar, syntax
from labjournal.judging.estimates import UNDECIDED, Estimate, Judgement, evaluate, judge, together
from labjournal.judging.finder import Finder, took_s
from labjournal.judging.scope import Known, Scope, Unknown
from labjournal.model import Result, Run, Status
from labjournal.store import Store

TIME_GRACE = 1.1
"""A time said beforehand is a round number: it is kept up to a tenth more."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict before it is stated."""

    expectation: str
    word: str
    sentence: str
    gap: Estimate | None
    """How far the tightest relation is met; above 0 is met."""
    results: tuple[str, ...]
    value: float | None = None
    """Of the side that is measured."""
    missing: bool = False
    """Undecided because something is not there, not because it is not sure enough."""


def of_run(store: Store, run: Run, values: Values | None = None) -> list[Judged]:
    """All expectations of an ended run, judged by what is measured by now."""
    judged = [_expression(store, run, text, values or Values()) for text in run.expect]
    return [*judged, *([_duration(run, run.expect_time_s)] if run.expect_time_s else [])]


def time_text(seconds: float) -> str:
    """How an expected duration is called among the expectations of a run."""
    return f"time {fmt.duration(seconds)}"


def _duration(run: Run, expected_s: float) -> Judged:
    text = time_text(expected_s)
    took = took_s([run])
    if took is None or run.status is not Status.DONE:
        return Judged(text, UNDECIDED, f"it ended as {run.status.lower()} after {fmt.duration(took)}", None, ())
    word = "confirmed" if took <= expected_s * TIME_GRACE else "refuted"
    gap = expected_s - took
    return Judged(text, word, f"it took {fmt.duration(took)}", Estimate(gap, gap, gap), ())


def _expression(store: Store, run: Run, text: str, values: Values) -> Judged:
    try:
        parsed = grammar.parse(text)
    except InputError as error:  # stated by an older version, which did not read it
        return Judged(text, UNDECIDED, error.message.rstrip("."), None, ())
    return of_relations(parsed, Finder(store, Scope((run,)), values))


def of_relations(parsed: syntax.Expectation, finder: Finder) -> Judged:
    """Comparisons held against what the finder finds."""
    known: dict[syntax.Leaf, Known] = {}
    missing: list[str] = []
    for value in parsed.values():
        try:
            known[value] = finder.find(completed(value, parsed.values()))
        except Unknown as why:
            missing.append(str(why))
    results = [one.result for one in known.values() if one.result is not None]
    ids = tuple(dict.fromkeys(result.id for result in results))
    told = list(dict.fromkeys(one.words for one in known.values()))
    unlike = _not_comparable(results)
    if missing or unlike:
        because = "; ".join([*told, *dict.fromkeys(missing), *unlike])
        return Judged(parsed.text, UNDECIDED, because, None, ids, missing=bool(missing))
    estimates = {value: one.estimate for value, one in known.items()}
    judgements = [judge(relation, estimates) for relation in parsed.relations]
    tightest = min(judgements, key=lambda one: one.gap.value)
    sentence = "; ".join([*told, *_margin(parsed, tightest), *_unsure(known.values())])
    shown = measured_side(parsed, estimates)
    return Judged(parsed.text, together([one.word for one in judgements]), sentence, tightest.gap, ids, shown)


def measured_side(parsed: syntax.Expectation, estimates: Mapping[syntax.Leaf, Estimate]) -> float:
    """The value of the first side on which something is measured: what is shown beside a criterion."""
    sides = [side for relation in parsed.relations for side in syntax.relation_sides(relation)]
    return evaluate(next(side for side in sides if list(syntax.leaves(side))), estimates).value


def completed(value: syntax.Leaf, all_leaves: Sequence[syntax.Leaf]) -> syntax.Leaf:
    """What a value leaves open is taken from the first value that says it; the other run and class are its own."""
    if isinstance(value, syntax.Aggregate):
        return value
    all_values = [leaf for leaf in all_leaves if isinstance(leaf, syntax.Value)]
    dataset = value.dataset or next((other.dataset for other in all_values if other.dataset), None)
    at = value.at or next((other.at for other in all_values if other.at), None)
    options = dict(value.options)
    for other in all_values:
        for name, said in other.options:
            options.setdefault(name, said)
    return replace(value, dataset=dataset, at=at, options=tuple(sorted(options.items())))


def _not_comparable(results: Sequence[Result]) -> list[str]:
    hashes: dict[str | None, set[str]] = {}
    for result in results:
        if result.dataset.hash:
            hashes.setdefault(result.dataset.name, set()).add(result.dataset.hash)
    said = [f"{name} is not the same data on both sides" for name, found in hashes.items() if len(found) > 1]
    if len({result.objective for result in results}) > 1:
        said.append("they were measured under different objectives")
    return said


def _margin(parsed: syntax.Expectation, judgement: Judgement) -> list[str]:
    """How far it is met, where more than one value and one number are compared."""
    if len(parsed.values()) == 1 and len(parsed.relations) == 1:
        return []
    gap = judgement.gap
    is_rate = abs(gap.value) <= 1
    if gap.low == gap.high:  # what has no interval has none that could be shown
        return [f"margin {fmt.difference(gap.value, is_rate=is_rate)}"]
    return [f"margin {fmt.difference(gap.value, gap.low, gap.high, is_rate)}"]


def _unsure(known: Iterable[Known]) -> list[str]:
    if all(one.estimate.low is not None for one in known):
        return []
    return [
        "how sure that is cannot be told: n unknown (print the counts, as 487 out of 524, or state it: "
        "labjournal log NAME=VALUE --n N --run REF)"
    ]
