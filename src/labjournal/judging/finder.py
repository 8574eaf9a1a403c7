"""What a name in an expectation or a criterion means: which value, of which runs, on which data.

Results come before curves, curves before settings. Where more than one is meant nobody guesses: the reason says what
to name. Retracted and dismissed results carry no verdict; results nobody has assigned are named, not used, and no
setting that is called the same stands for them.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from labjournal import format as fmt
from labjournal import stats
from labjournal.compare.measure import Measures, Values
from labjournal.compare.select import names_checkpoint
from labjournal.compare.table import Cell, Column
from labjournal.errors import NotFoundError
from labjournal.facts import number
from labjournal.judging import curves, syntax
from labjournal.judging.estimates import Estimate, evaluate
from labjournal.judging.scope import Known, Scope, Unknown
from labjournal.model import Result, Role, Run, Status
from labjournal.store import Store


class Finder:
    """Finds the value that a name means."""

    def __init__(self, store: Store, scope: Scope, values: Values) -> None:
        self._store = store
        self._scope = scope
        self._values = values

    def find(self, leaf: syntax.Leaf) -> Known:
        """Raises Unknown."""
        if isinstance(leaf, syntax.Aggregate):
            return self._aggregate(leaf)
        runs = self.runs_of(leaf)
        if leaf.part is None:
            count = self._counted(leaf.name, runs)
            if count is not None:
                return count
        value = self._without_axes(leaf)
        results = self._results_of(runs)
        usable = [result for result in results if result.role is not Role.UNASSIGNED and result.taint is None]
        try:
            found = self._measured(value, runs, usable)
        except Unknown:
            found = self._curve(value, runs)  # loss[5]: no data set is called 5, and there is a curve
            if found is None:
                raise
        found = found or self._curve(value, runs)
        if found is None and not _of_that_name(value, results):  # what went in is no answer where something came out
            found = self._setting(value, runs)
        if found is None:
            raise Unknown(self._why_not(value, runs, results))
        return found

    def runs_of(self, value: syntax.Value) -> tuple[Run, ...]:
        """The runs that a value speaks of. Raises Unknown when there are none."""
        scope = self._scope
        narrowed = {name: said for name, said in value.options if name in scope.axes}
        if value.run:
            runs: tuple[Run, ...] = (self._other(value.run),)
        elif value.stage:
            if scope.stages is None:
                raise Unknown("stages are known in a study only")
            runs = tuple(scope.stages(value.stage))
        elif narrowed or value.name == "runs":
            runs = scope.family or scope.runs
        else:
            runs = scope.runs
        found = tuple(run for run in runs if all(alike(run.settings.get(name), narrowed[name]) for name in narrowed))
        if not found and value.name != "runs":
            narrow = ", ".join(f"{name} {said}" for name, said in narrowed.items())
            raise Unknown(f"no run {f'with {narrow} ' if narrow else ''}has ended")
        return found

    def _without_axes(self, value: syntax.Value) -> syntax.Value:
        return replace(value, options=tuple(pair for pair in value.options if pair[0] not in self._scope.axes))

    def _counted(self, name: str, runs: Sequence[Run]) -> Known | None:
        if name == "duration":
            took = took_s(runs)
            if took is None:
                raise Unknown(f"{runs[0].name} has not ended")
            return Known(_exactly(took), f"duration {fmt.duration(took)}")
        if name == "runs":
            return Known(_exactly(len(runs)), fmt.plural(len(runs), "run"))
        if name == "exit_code" and len(runs) == 1 and runs[0].exit_code is not None:
            return Known(_exactly(runs[0].exit_code), f"exit code {runs[0].exit_code}")
        if name == "checkpoints":
            count = sum(run.checkpoints for run in runs)
            return Known(_exactly(count), fmt.plural(count, "checkpoint"))
        return None

    def _aggregate(self, aggregate: syntax.Aggregate) -> Known:
        """A function of one value of each run: a number without an interval of its own."""
        family = self._scope.family or self._scope.runs
        named = next((leaf for leaf in syntax.leaves(aggregate.of) if isinstance(leaf, syntax.Value)), None)
        if named is not None and self._scope.pinned(named):
            family = self.runs_of(named)
        found: list[float] = []
        done = tuple(run for run in family if run.status is Status.DONE)
        for run in done or family:  # of a search, what was ended early has no last value
            one = Finder(self._store, Scope((run,), axes=self._scope.axes), self._values)
            leaves = {leaf: _alone(leaf) for leaf in syntax.leaves(aggregate.of)}
            found.append(
                evaluate(aggregate.of, {leaf: one.find(alone).estimate for leaf, alone in leaves.items()}).value
            )
        value = _AGGREGATES[aggregate.function](found) if len(found) >= _LEAST.get(aggregate.function, 1) else None
        if value is None:
            raise Unknown(
                f"{aggregate.function} needs {_LEAST.get(aggregate.function, 1)} runs, there are {len(found)}"
            )
        of = f"{len(found)} of " if len(found) < len(family) else ""
        told = f"{aggregate.function} of {of}{fmt.plural(len(family), 'run')}: {fmt.number(value)}"
        return Known(_exactly(value), told)

    def _other(self, reference: str) -> Run:
        """Another run as it stood when this one was launched."""
        launched = min((run.created_at for run in self._scope.runs), default=None)
        earlier = [
            run for run in self._store.runs() if run.name == reference and launched and run.created_at < launched
        ]
        if earlier:
            return max(earlier, key=lambda run: (run.created_at, run.id))
        try:
            return self._store.resolve(reference)
        except NotFoundError as error:
            raise Unknown(error.message.rstrip(".")) from error

    def _results_of(self, runs: Sequence[Run]) -> list[Result]:
        found: dict[str, Result] = {}
        for run in runs:
            own = [] if self._scope.only_measured else self._store.results(run=run.id, include_unassigned=True)
            measured = self._store.results(measured_by=run.id, include_unassigned=True)
            found |= {result.id: result for result in [*own, *measured]}
        return list(found.values())

    def _measured(self, value: syntax.Value, runs: Sequence[Run], results: Sequence[Result]) -> Known | None:
        train = value.name.lower().startswith("train")
        results = [result for result in results if train or result.role is not Role.TRAIN]
        dataset, metric = value.dataset, value.name
        measures = Measures(results, values=self._values)
        if value.part is not None:
            if measures.name(f"{value.name}[{value.part}]") is not None:
                metric = f"{value.name}[{value.part}]"
            elif value.part in curves.PLACES and not any(_on(result, value.part) for result in results):
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
        return Known(_estimate(cell, shown), self._words(chosen, cell, shown, runs), chosen)

    def _one(
        self, value: syntax.Value, dataset: str | None, results: list[Result], measures: Measures, column: str
    ) -> Result:
        """The one result that is meant. Raises Unknown when there is none, or no telling which."""
        if dataset is not None:
            results = [result for result in results if _on(result, dataset)]
            if not results:
                raise Unknown(f"{column} was not measured on {dataset} yet")
        for name, wanted in value.options:
            results = [result for result in results if result.options.get(name, "").lower() == wanted.lower()]
            if not results:
                raise Unknown(f"{column} was not measured with {name} {wanted} yet")
        at = value.at or "last"
        if at not in ("last", "best"):
            results = [result for result in results if names_checkpoint(at, result)]
            if not results:
                raise Unknown(f"{column} was not measured at {at} yet")
        sets = sorted({_dataset_name(result) for result in results})
        if len(sets) > 1:
            raise Unknown(f"{column} was measured on {fmt.listed(sets)}: name one in square brackets")
        for name in sorted({name for result in results for name in result.options}):
            found = sorted({result.options.get(name, "not given") for result in results})
            if len(found) > 1:
                raise Unknown(f"{column} was measured with {name} {fmt.listed(found)}: name one in braces")
        if at == "best":
            return self._best(results, measures, column)
        return max(results, key=lambda result: (_step(result), result.t, result.id))

    def _best(self, results: Sequence[Result], measures: Measures, column: str) -> Result:
        higher = measures.column(column).higher_is_better
        if higher is None:
            raise Unknown(f"nobody knows which way {column} is better: name a step instead of best")
        sign = 1 if higher else -1

        def rank(result: Result) -> tuple[float, str]:
            cell = measures.cell(result, column)
            return (sign * cell.value if cell is not None and cell.value == cell.value else float("-inf"), result.id)

        return max(results, key=rank)

    def _words(self, result: Result, cell: Cell, column: Column, runs: Sequence[Run]) -> str:
        value = " ".join(filter(None, cell.parts(column.is_rate)))
        counted = (
            fmt.fraction(cell.numerator, cell.denominator) if cell.numerator is not None and cell.denominator else ""
        )
        place = [
            *self._whose(runs),
            *([f"on {result.dataset.name}"] if result.dataset.name else []),
            *(f"{name} {option}" for name, option in sorted(result.options.items())),
            *([f"at step {fmt.count(result.subject.step)}"] if result.subject.step is not None else []),
        ]
        shown = f"{value} {counted}" if counted and counted not in value else value
        where = f" {place[0]}" + "".join(f", {part}" for part in place[1:]) if place else ""
        return f"{column.label}{where}: {shown}"

    def _whose(self, runs: Sequence[Run]) -> list[str]:
        """Whose value it is, where it is not that of the run in question."""
        return [f"of {runs[0].name}"] if runs and runs[0].id not in {run.id for run in self._scope.runs} else []

    def _curve(self, value: syntax.Value, runs: Sequence[Run]) -> Known | None:
        if value.dataset or value.options or len(runs) != 1:
            return None
        key = curves.named(self._store, runs[0].id, value.name)
        if isinstance(key, curves.Ambiguous):
            raise Unknown(f"{value.name} may be {fmt.listed(key.names, 'or')}: write the whole name")
        if key is None:
            return None
        place = value.part or "last"
        found = curves.at(self._store, key, place)
        if isinstance(found, str):
            raise Unknown(f"{key.name} {found}")
        if found is None:
            return None
        whose = "".join(f" {name}" for name in self._whose(runs))
        told = place if place in curves.PLACES else f"step {place}"
        return Known(_exactly(found), f"curve {key.name}{whose}, {told}: {fmt.number(found)}")

    def _setting(self, value: syntax.Value, runs: Sequence[Run]) -> Known | None:
        if value.part is not None or value.dataset or value.options:
            return None
        found = {number(run.settings.get(value.name)) for run in runs}
        one = next(iter(found)) if len(found) == 1 else None
        if one is None:
            return None
        return Known(_exactly(one), f"setting {value.name} {fmt.setting(runs[0].settings[value.name])}")

    def _why_not(self, value: syntax.Value, runs: Sequence[Run], results: Collection[Result]) -> str:
        of = "".join(f" {name}" for name in self._whose(runs))
        tainted = [result for result in results if result.taint]
        if tainted and len(tainted) == len(results):
            return f"all results{of} are retracted"
        unassigned = [result for result in results if result.role is Role.UNASSIGNED]
        if _of_that_name(value, unassigned):
            return f"{value.name}{of} was read, but not for what: labjournal log --assign says it"
        return f"{value.name}{of} was not measured yet"


def _of_that_name(value: syntax.Value, results: Collection[Result]) -> bool:
    base = stats.base_name(value.name)
    return any(stats.base_name(name) == base for result in results for name in result.metrics)


def took_s(runs: Sequence[Run]) -> float | None:
    """From the first start to the last end; None while one of them lives."""
    ends = [run.ended_at for run in runs if run.ended_at is not None]
    if not runs or len(ends) < len(runs):
        return None
    return (max(ends) - min(run.started_at or run.created_at for run in runs)).total_seconds()


def alike(setting: object, said: str) -> bool:
    """Whether a setting of a run is what somebody wrote."""
    if number(setting) is not None:
        try:
            return number(setting) == float(said)
        except ValueError:
            return False
    return setting is not None and str(setting).lower() == said.lower()


def _alone(leaf: syntax.Leaf) -> syntax.Leaf:
    """The same value, asked of one run."""
    return leaf if isinstance(leaf, syntax.Aggregate) else replace(leaf, run=None, stage=None)


def _exactly(value: float) -> Estimate:
    return Estimate(value, value, value)


_LEAST = {"sd": 2, "se": 2}
_AGGREGATES: dict[str, Callable[[Sequence[float]], float]] = {
    "mean": statistics.fmean,
    "median": statistics.median,
    "sd": lambda values: float(statistics.stdev(values)),
    "se": lambda values: float(statistics.stdev(values) / len(values) ** 0.5),
    "least": min,
    "most": max,
}


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
