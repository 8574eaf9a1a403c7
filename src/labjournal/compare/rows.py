"""From the results of one subject on one data set to a row of cells with its flags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from labjournal import format as fmt
from labjournal.compare.drafts import Draft, checkpoint_name
from labjournal.compare.measure import ACCURACY, Measures, base_name
from labjournal.compare.select import UNKNOWN, class_counts, data_size
from labjournal.compare.table import Cell, Column, DatasetInfo, Flag, Row
from labjournal.model import Counts, Level, Result, Run, short_id

UNKNOWN_ANSWERS = 0.01
"""Share of answers that are no class, above which a row says so (jets study, gate 9)."""
ONE_SIDED = 0.9
"""Share of answers that are one class, above which a row says so when the other classes are hardly ever found."""
HARDLY_FOUND = 0.1
OVERLAP = "train_val_overlap"
"""The check that compares rows of training and validation data by their hashes, and the flag of what it found."""
FEW_POSITIVES = 30
"""Below this many positives no order is read into a value that rests on them (jets study, gate 11)."""


class Runs:
    """The runs results speak of; a result by hand may belong to none."""

    def __init__(self, by_id: Mapping[str, Run]) -> None:
        self.by_id = by_id
        self._named = Counter(run.name for run in by_id.values())

    def name(self, run_id: str) -> str:
        """Its name, with the short id when another run of the table has the same; "by hand" without a run."""
        run = self.by_id.get(run_id)
        if run is None:
            return f"run {short_id(run_id)}" if run_id else "by hand"
        return f"{run.name} ({short_id(run_id)})" if self._named[run.name] > 1 else run.name


def dataset_info(key: str, results: Sequence[Result]) -> DatasetInfo:
    """What is known of the data of a block, from all results on it."""
    names = list(dict.fromkeys(r.dataset.name for r in results if r.dataset.name))
    sizes = {size for size in map(data_size, results) if size is not None}
    counted = [counts for counts in map(class_counts, results) if counts]
    same_classes = len({tuple(sorted(counts.items())) for counts in counted}) == 1
    return DatasetInfo(
        key=key,
        name=" = ".join(names) or None,
        hash=results[0].dataset.hash,
        n=sizes.pop() if len(sizes) == 1 and key != UNKNOWN else None,
        class_counts=counted[0] if same_classes and key != UNKNOWN else None,
        identified=key != UNKNOWN,
    )


def build_row(draft: Draft, dataset: DatasetInfo, runs: Runs, columns: Sequence[Column], measures: Measures) -> Row:
    """One row. Of several measurements each cell shows the latest that nothing speaks against."""
    shown = draft.shown
    cells: dict[str, Cell] = {}
    used: dict[str, Result] = {}
    for column in columns:
        for result in draft.results:
            cell = measures.cell(result, column.metric)
            if cell is not None:
                positives = measures.few_positives(result, column.metric, FEW_POSITIVES)
                cells[column.metric] = _flagged(cell, column, dataset, positives)
                used[result.id] = result
                break
    sources = list(used.values()) or [shown]
    run = runs.by_id.get(draft.run)
    snapshot = run.snapshot if run else None
    taint = next((result.taint for result in sources if result.taint), None)
    return Row(
        key=draft.key,
        run=draft.run,
        name=runs.name(draft.run),
        checkpoint=checkpoint_name(shown),
        step=draft.step,
        dataset=dataset,
        options=draft.options,
        when=max(result.t for result in sources),
        commit=snapshot.commit if snapshot else None,
        dirty=bool(snapshot and snapshot.dirty),
        git_tag=snapshot.git_tag if snapshot else None,
        cells=cells,
        objective=shown.objective,
        tainted=taint,
        flags=tuple(_row_flags(sources, draft.results, run, cells, taint, measures)),
        measurements=len(draft.results),
    )


def with_overlap(rows: Sequence[Row], found: Mapping[str, str]) -> list[Row]:
    """The rows, those of runs whose validation data were trained on with a flag. ``found``: run id -> what was seen."""
    return [
        replace(row, flags=(*row.flags, Flag(OVERLAP, f"trained on its validation data: {found[row.run]}")))
        if row.run in found
        else row
        for row in rows
    ]


def _flagged(cell: Cell, column: Column, dataset: DatasetInfo, positives: int | None) -> Cell:
    flags = list(cell.flags)
    majority = dataset.majority
    if base_name(column.metric) == ACCURACY and majority and cell.value < majority[1]:
        flags.append(Flag("below_majority", f"below the majority share {fmt.rate(majority[1])}"))
    if positives is not None:
        flags.append(Flag("few_positives", f"rests on {fmt.plural(positives, 'positive')}"))
    if cell.n is None:
        flags.append(Flag("n_unknown", "n unknown"))
    return replace(cell, flags=tuple(flags)) if flags else cell


_ON = frozenset(("on", "true", "yes", "1", "enabled"))
_OFF = frozenset(("off", "false", "no", "0", "disabled"))


def _trained_otherwise(used: Sequence[Result], run: Run) -> list[Flag]:
    """Switches that are on in the evaluation and were off in the training.

    The other way round it is a control, and a batch size or a seed may well be another one: neither needs a flag.
    """
    said = sorted({pair for result in used for pair in result.options.items()})
    off = [name for name, value in said if value.lower() in _ON and str(run.settings.get(name)).lower() in _OFF]
    return [Flag("trained_otherwise", f"trained with {', '.join(off)} off")] if off else []


def _row_flags(
    used: Sequence[Result],
    results: Sequence[Result],
    run: Run | None,
    cells: Mapping[str, Cell],
    taint: str | None,
    measures: Measures,
) -> list[Flag]:
    flags = []
    if taint is not None:
        flags.append(Flag("retracted", f"retracted: {taint}" if taint != "retracted" else taint))
    for result in used:
        flags += [Flag("disagrees", words) for words in result.disagreements]
        flags += [Flag("recomputed", words) for words in measures.contradictions(result)]
    counts = next((result.counts for result in used if result.counts), None)
    if counts is not None:
        flags += _answers(counts)
    for cell in cells.values():
        flags += [flag for flag in cell.flags if flag.slug != "n_unknown"]
    if run is not None:
        flags += _trained_otherwise(used, run)
    if run is not None and run.worst and run.worst[1] is Level.ALARM:
        flags.append(Flag("alarm", f"alarm in its run: {run.worst[0]}"))
    if len(results) > 1:
        flags.append(Flag("measurements", _measurements(results, cells)))
    return list(dict.fromkeys(flags))


def _answers(counts: Counts) -> list[Flag]:
    """Unknown answers and collapse onto one class."""
    flags = []
    unknown, n = sum(counts.unknown), counts.n
    if unknown > UNKNOWN_ANSWERS * n:
        by_class = [
            f"{fmt.count(missed)} of {fmt.count(of)} {label}"
            for label, missed, of in zip(counts.labels, counts.unknown, counts.support, strict=True)
            if missed
        ]
        flags.append(Flag("unknown_answers", f"answers that are no class: {', '.join(by_class)}"))
    answered = [sum(row[j] for row in counts.matrix) for j in range(len(counts.labels))]
    top = max(range(len(answered)), key=lambda j: answered[j])
    others = [
        (row[i], support)
        for i, (row, support) in enumerate(zip(counts.matrix, counts.support, strict=True))
        if i != top
    ]
    found, of = sum(hit for hit, _ in others), sum(support for _, support in others)
    if n and answered[top] > ONE_SIDED * n and of and found < HARDLY_FOUND * of:
        share = fmt.rate(answered[top] / n, answered[top], n)
        flags.append(Flag("one_sided", f"collapse: {share} of the answers are {counts.labels[top]}"))
    return flags


def _measurements(results: Sequence[Result], cells: Mapping[str, Cell]) -> str:
    shown = {cell.result for cell in cells.values()}
    values = sorted({result.metrics[name] for result in results for name in list(cells)[:1] if name in result.metrics})
    spread = f" ({fmt.number(values[0])} to {fmt.number(values[-1])})" if len(values) > 1 else ""
    return f"measured {len(results)} times, {len(shown)} shown{spread}"
