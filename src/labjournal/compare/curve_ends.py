"""What the validation curves of a run end in, for a comparison of runs that have no results.

A curve holds no counts and does not say on which data it was measured, so such a row is shown and held against
nothing. It is made for one table and never becomes a result of the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from labjournal.compare.table import ALL, LAST, Selection
from labjournal.model import PRINTED, Dataset, Result, Role, Run, SeriesInfo, Source, Subject
from labjournal.store import Store
from labjournal.tags import SYSTEM, WATCH

NOTE = "Read off validation curves: no counts and no data are known, so nothing is said about differences."
_SPLIT = "split"
_MOST_CURVES = 40
"""Of one run: the table is no list of curves."""


def results(store: Store, runs: Sequence[tuple[Run, str | None]], selection: Selection) -> list[Result]:
    """One result for each step at which curves of a run end, or have what ``selection.at`` asks for.

    Args:
        runs: the runs, each with the step that its reference names, if it does.
    """
    if selection.datasets or selection.options:  # a curve says neither
        return []
    return [one for run, named in runs for one in _of_run(store, run, named or selection.at)]


def _of_run(store: Store, run: Run, at: str) -> list[Result]:
    found: dict[tuple[int, Role], dict[str, float]] = {}
    for role, name, info in _curves(store, run.id):
        for step, value in _points(store, info, at):
            if value == value:
                found.setdefault((step, role), {})[name] = value
    return [_result(run, step, role, metrics) for (step, role), metrics in sorted(found.items())]


def _curves(store: Store, run: str) -> Iterable[tuple[Role, str, SeriesInfo]]:
    known = [(role, info) for info in store.series_list(run) if (role := _role_of(info.key.name)) is not None]
    for role, info in known[:_MOST_CURVES]:
        yield role, (info.key.tag if info.key.folder == PRINTED else info.key.name), info


def _role_of(name: str) -> Role | None:
    """What a curve measures a metric on, if its name says so and it is not the training."""
    from labjournal.parsers import names

    words = names.words_of(name)
    if name.startswith((f"{WATCH}/", f"{SYSTEM}/")) or not names.may_name(words):
        return None
    return {"validation": Role.VALIDATION, "test": Role.TEST}.get(names.role_of(words))


def _points(store: Store, info: SeriesInfo, at: str) -> list[tuple[int, float]]:
    """The last point; the one of a step; for "best", whose direction the table knows, both ends and the last."""
    if at in (ALL, LAST, "latest"):
        return [(info.last_step, info.last_value)]  # the curve itself may be long
    data = store.series(info.key)
    if data is None:
        return []
    import numpy as np

    if at.isdecimal():
        chosen = np.flatnonzero(data.steps == int(at))[-1:].tolist()
    elif np.isnan(data.values).all():
        chosen = []
    else:
        chosen = [len(data.values) - 1, int(np.nanargmin(data.values)), int(np.nanargmax(data.values))]
    return [(int(data.steps[index]), float(data.values[index])) for index in chosen]


def _result(run: Run, step: int, role: Role, metrics: dict[str, float]) -> Result:
    return Result(
        id=f"curve:{run.id}:{step}:{role.value}",
        t=run.ended_at or run.started_at or run.created_at,
        subject=Subject(run.id, step=step),
        measured_by=run.id,
        dataset=Dataset(None),
        options={_SPLIT: role.value},
        metrics=metrics,
        role=role,
        sources=(Source("curve"),),
        taint=run.retracted,
    )
