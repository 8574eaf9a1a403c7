"""An expectation of a run held against its results: confirmed, refuted or undecided, with the numbers.

The checkpoint is the last one unless ``at`` names another: the best of many would be chosen by what it is judged on.
Retracted and dismissed results carry no verdict; results nobody has assigned are named, not used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from labjournal import format as fmt
from labjournal import stats
from labjournal.compare.measure import Measures, Values
from labjournal.compare.select import names_checkpoint
from labjournal.compare.table import Cell, Column
from labjournal.errors import InputError, NotFoundError
from labjournal.judging import grammar
from labjournal.judging.estimates import UNDECIDED, Estimate, Judgement, judge, together
from labjournal.model import Result, Role, Run, SeriesKey, Status
from labjournal.store import Store

TIME_GRACE = 1.1
"""A time said beforehand is a round number: it is kept up to a tenth more."""
_ON_CURVE = frozenset(("first", "last", "min", "max"))


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict before it is stated."""

    expectation: str
    word: str
    sentence: str
    gap: Estimate | None
    """How far the tightest relation is met; above 0 is met."""
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """A value that was found, and how it is told."""

    estimate: Estimate
    words: str
    result: Result | None


class _Unknown(Exception):
    """Why a value cannot be known (yet), in words."""


def of_run(store: Store, run: Run, values: Values | None = None) -> list[Judged]:
    """All expectations of an ended run, judged by what is measured by now."""
    judged = [_expression(store, run, text, values or Values()) for text in run.expect]
    return [*judged, *([_duration(run, run.expect_time_s)] if run.expect_time_s else [])]


def time_text(seconds: float) -> str:
    """How an expected duration is called among the expectations of a run."""
    return f"time {fmt.duration(seconds)}"


def _duration(run: Run, expected_s: float) -> Judged:
    text = time_text(expected_s)
    took = _took(run)
    if took is None or run.status is not Status.DONE:
        return Judged(text, UNDECIDED, f"it ended as {run.status.lower()} after {fmt.duration(took)}", None, ())
    word = "confirmed" if took <= expected_s * TIME_GRACE else "refuted"
    gap = expected_s - took
    return Judged(text, word, f"it took {fmt.duration(took)}", Estimate(gap, gap, gap), ())


def _took(run: Run) -> float | None:
    if run.ended_at is None:
        return None
    return (run.ended_at - (run.started_at or run.created_at)).total_seconds()


def _expression(store: Store, run: Run, text: str, values: Values) -> Judged:
    try:
        parsed = grammar.parse(text)
    except InputError as error:  # stated by an older version, which did not read it
        return Judged(text, UNDECIDED, error.message.rstrip("."), None, ())
    finder = _Finder(store, run, values)
    known: dict[grammar.Value, _Known] = {}
    missing: list[str] = []
    for value in parsed.values():
        try:
            known[value] = finder.find(_completed(value, parsed.values()))
        except _Unknown as why:
            missing.append(str(why))
    results = [one.result for one in known.values() if one.result is not None]
    ids = tuple(dict.fromkeys(result.id for result in results))
    told = list(dict.fromkeys(one.words for one in known.values()))
    unlike = _not_comparable(results)
    if missing or unlike:
        return Judged(text, UNDECIDED, "; ".join([*told, *dict.fromkeys(missing), *unlike]), None, ids)
    estimates = {value: one.estimate for value, one in known.items()}
    judgements = [judge(relation, estimates) for relation in parsed.relations]
    tightest = min(judgements, key=lambda one: one.gap.value)
    sentence = "; ".join([*told, *_margin(parsed, tightest), *_unsure(known.values())])
    return Judged(text, together([one.word for one in judgements]), sentence, tightest.gap, ids)


def _completed(value: grammar.Value, all_values: Sequence[grammar.Value]) -> grammar.Value:
    """What a value leaves open is taken from the first value that says it; the other run and class are its own."""
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


def _margin(parsed: grammar.Expectation, judgement: Judgement) -> list[str]:
    """How far it is met, where more than one value and one number are compared."""
    if len(parsed.values()) == 1 and len(parsed.relations) == 1:
        return []
    gap = judgement.gap
    is_rate = abs(gap.value) <= 1
    return [f"margin {fmt.difference(gap.value, gap.low, gap.high, is_rate)}"]


def _unsure(known: Iterable[_Known]) -> list[str]:
    return ["how sure that is cannot be told: n unknown"] if any(one.estimate.low is None for one in known) else []


class _Finder:
    """Finds the value that a name in an expectation means."""

    def __init__(self, store: Store, run: Run, values: Values) -> None:
        self._store = store
        self._run = run
        self._values = values

    def find(self, value: grammar.Value) -> _Known:
        run = self._other(value.run) if value.run else self._run
        if value.name == "duration" and value.part is None:
            took = _took(run)
            if took is None:
                raise _Unknown(f"{run.name} has not ended")
            return _Known(Estimate(took, took, took), f"duration {fmt.duration(took)}", None)
        results = self._results_of(run)
        usable = [result for result in results if result.role is not Role.UNASSIGNED and result.taint is None]
        found = self._measured(value, run, usable)
        if found is not None:
            return found
        curve = self._curve(value, run)
        if curve is not None:
            return curve
        raise _Unknown(self._why_not(value, run, results))

    def _other(self, reference: str) -> Run:
        """Another run as it stood when this one was launched."""
        before = [run for run in self._store.runs() if run.name == reference and run.created_at < self._run.created_at]
        if before:
            return max(before, key=lambda run: (run.created_at, run.id))
        try:
            return self._store.resolve(reference)
        except NotFoundError as error:
            raise _Unknown(error.message.rstrip(".")) from error

    def _results_of(self, run: Run) -> list[Result]:
        own = self._store.results(run=run.id, include_unassigned=True)
        measured = self._store.results(measured_by=run.id, include_unassigned=True)
        return list({result.id: result for result in [*own, *measured]}.values())

    def _measured(self, value: grammar.Value, run: Run, results: Sequence[Result]) -> _Known | None:
        train = value.name.lower().startswith("train")
        results = [result for result in results if train or result.role is not Role.TRAIN]
        dataset, metric = value.dataset, value.name
        measures = Measures(results, values=self._values)
        if value.part is not None:
            if measures.name(f"{value.name}[{value.part}]") is not None:
                metric = f"{value.name}[{value.part}]"
            elif value.part in _ON_CURVE and not any(_on(result, value.part) for result in results):
                return None
            else:
                dataset = value.part
        column = measures.name(metric)
        if column is None:
            return None
        with_it = [result for result in results if measures.cell(result, column) is not None]
        chosen = self._one(value, dataset, with_it, measures, column)
        cell = measures.cell(chosen, column)
        assert cell is not None
        shown = measures.column(column)
        return _Known(_estimate(cell, shown), self._words(chosen, cell, shown, run), chosen)

    def _one(
        self, value: grammar.Value, dataset: str | None, results: list[Result], measures: Measures, column: str
    ) -> Result:
        """The one result that is meant. Raises _Unknown when there is none, or no telling which."""
        if dataset is not None:
            results = [result for result in results if _on(result, dataset)]
            if not results:
                raise _Unknown(f"{column} was not measured on {dataset} yet")
        for name, wanted in value.options:
            results = [result for result in results if result.options.get(name, "").lower() == wanted.lower()]
            if not results:
                raise _Unknown(f"{column} was not measured with {name} {wanted} yet")
        at = value.at or "last"
        if at not in ("last", "best"):
            results = [result for result in results if names_checkpoint(at, result)]
            if not results:
                raise _Unknown(f"{column} was not measured at {at} yet")
        sets = sorted({_dataset_name(result) for result in results})
        if len(sets) > 1:
            raise _Unknown(f"{column} was measured on {fmt.listed(sets)}: name one in square brackets")
        for name in sorted({name for result in results for name in result.options}):
            found = sorted({result.options.get(name, "not given") for result in results})
            if len(found) > 1:
                raise _Unknown(f"{column} was measured with {name} {fmt.listed(found)}: name one in braces")
        if at == "best":
            return self._best(results, measures, column)
        return max(results, key=lambda result: (_step(result), result.t, result.id))

    def _best(self, results: Sequence[Result], measures: Measures, column: str) -> Result:
        higher = measures.column(column).higher_is_better
        if higher is None:
            raise _Unknown(f"nobody knows which way {column} is better: name a step instead of best")
        sign = 1 if higher else -1

        def rank(result: Result) -> tuple[float, str]:
            cell = measures.cell(result, column)
            return (sign * cell.value if cell is not None and cell.value == cell.value else float("-inf"), result.id)

        return max(results, key=rank)

    def _words(self, result: Result, cell: Cell, column: Column, run: Run) -> str:
        number = fmt.measured(
            cell.value,
            cell.low,
            cell.high,
            is_rate=column.is_rate,
            numerator=cell.numerator,
            denominator=cell.denominator,
            printed_digits=cell.digits,
        )
        counted = (
            fmt.fraction(cell.numerator, cell.denominator) if cell.numerator is not None and cell.denominator else ""
        )
        place = [
            *([f"of {run.name}"] if run.id != self._run.id else []),
            *([f"on {result.dataset.name}"] if result.dataset.name else []),
            *(f"{name} {option}" for name, option in sorted(result.options.items())),
            *([f"at step {fmt.count(result.subject.step)}"] if result.subject.step is not None else []),
        ]
        value = f"{number} {counted}" if counted and counted not in number else number
        where = f" {place[0]}" + "".join(f", {part}" for part in place[1:]) if place else ""
        return f"{column.label}{where}: {value}"

    def _curve(self, value: grammar.Value, run: Run) -> _Known | None:
        if value.dataset or value.options or (value.part is not None and value.part not in _ON_CURVE):
            return None
        infos = [info for info in self._store.series_list(run.id) if info.key.name == value.name]
        infos = infos or [info for info in self._store.series_list(run.id) if info.key.name.endswith(f"/{value.name}")]
        if len(infos) != 1:
            return None
        place = value.part or "last"
        number = infos[0].last_value if place == "last" else self._on_curve(infos[0].key, place)
        words = f"curve {infos[0].key.name}, {place}: {fmt.number(number)}"
        return _Known(Estimate(number, number, number), words, None)

    def _on_curve(self, key: SeriesKey, place: str) -> float:
        data = self._store.series(key)
        assert data is not None
        if place == "first":
            return float(data.values[0])
        import numpy as np

        return float(np.nanmin(data.values) if place == "min" else np.nanmax(data.values))

    def _why_not(self, value: grammar.Value, run: Run, results: Sequence[Result]) -> str:
        of = f" of {run.name}" if run.id != self._run.id else ""
        tainted = [result for result in results if result.taint]
        if tainted and len(tainted) == len(results):
            return f"all results{of} are retracted"
        unassigned = [result for result in results if result.role is Role.UNASSIGNED]
        base = stats.base_name(value.name)
        if any(stats.base_name(name) == base for result in unassigned for name in result.metrics):
            return f"{value.name}{of} was read, but not for what: labjournal log --assign says it"
        return f"{value.name}{of} was not measured yet"


def _on(result: Result, dataset: str) -> bool:
    wanted = dataset.removeprefix("#").lower()
    name, content = result.dataset.name, result.dataset.hash
    return (name or "").lower() == dataset.lower() or (len(wanted) >= 4 and (content or "").startswith(wanted))


def _dataset_name(result: Result) -> str:
    return result.dataset.name or (f"#{result.dataset.hash[:4]}" if result.dataset.hash else "data not identified")


def _step(result: Result) -> int:
    return -1 if result.subject.step is None else result.subject.step


def _estimate(cell: Cell, column: Column) -> Estimate:
    """A rate without n has no interval; a loss or a score has none either way, and is taken as it stands."""
    if cell.low is None and not column.is_rate:
        return Estimate(cell.value, cell.value, cell.value)
    return Estimate(cell.value, cell.low, cell.high)
