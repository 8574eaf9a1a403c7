"""The sentences under a table: what the numbers are, and what a reader must not conclude from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labjournal import format as fmt
from labjournal.checkpoints import Counter, position
from labjournal.compare import apart, seeds
from labjournal.compare.claims import Judge, leader
from labjournal.compare.differences import Differences, seed_of
from labjournal.compare.seeds import Family, Noise
from labjournal.compare.select import Picked
from labjournal.compare.table import ALL, BEST, Claim, Column, DatasetInfo, Row, Selection
from labjournal.model import Run

_MOST_FAMILIES = 6


def notes(
    selection: Selection,
    picked: Picked,
    rows: Sequence[Row],
    columns: Sequence[Column],
    datasets: Sequence[DatasetInfo],
    runs: Sequence[Run],
    measurers: Sequence[Run],
    differences: Differences,
    claims: Sequence[Claim],
    left_out: int,
    found: Sequence[Family],
    judge: Judge,
) -> list[str]:
    """In the order in which they matter: taint, data, metrics, seeds, what is not in the table."""
    return [
        *_taint(rows),
        *_best(rows, picked),
        *_baseline(rows, claims),
        *_data(datasets),
        *_leaders(rows, columns, datasets, judge, Noise(found)),
        *definitions(columns, rows),
        *_seeds(runs, found, columns),
        *_code(measurers),
        *_like_for_like(rows),
        *_counted(claims),
        *_not_shown(selection, picked, left_out),
    ]


def _taint(rows: Sequence[Row]) -> Iterator[str]:
    for why in dict.fromkeys(row.tainted for row in rows if row.tainted):
        named = list(dict.fromkeys(row.label for row in rows if row.tainted == why))
        reason = "" if why == "retracted" else f": {fmt.visible(why)}"
        yield f"{fmt.TAINT} retracted{reason} ({', '.join(named)}). These values carry no claim."


def _best(rows: Sequence[Row], picked: Picked) -> Iterator[str]:
    chosen = {result.subject.run for result in picked.results if result.best_of_looks and not result.taint}
    named = list(dict.fromkeys(row.name for row in rows if row.run in chosen and row.checkpoint is None))
    if named:
        yield (
            f"The best of many looks, by its own words: {', '.join(named)}. Chosen on the data it is of, such a value "
            "is too good; a validation of one checkpoint is not."
        )


def _baseline(rows: Sequence[Row], claims: Sequence[Claim]) -> Iterator[str]:
    tainted = {row.key: row.label for row in rows if row.tainted}
    usable = {row.key for row in rows if not row.tainted}
    lost = [tainted[one.b] for one in claims if one.option is None and one.b in tainted and one.a in usable]
    for label in dict.fromkeys(lost):
        yield f"The baseline {label} is retracted: nothing that is held against it carries a claim."


def _data(datasets: Sequence[DatasetInfo]) -> Iterator[str]:
    for dataset in datasets:
        if dataset.majority:
            label, share = dataset.majority
            counts = dataset.class_counts or {}
            yield (
                f"Majority share on {_named(dataset)}: {fmt.rate(share, counts[label], sum(counts.values()))}; "
                f"always answering {label} reaches it."
            )
    names = [dataset.name for dataset in datasets if dataset.name]
    for name in dict.fromkeys(names):
        same = [dataset for dataset in datasets if dataset.name == name]
        if len(same) > 1:
            how = ", ".join(_identity(dataset) for dataset in same)
            words = "other data" if all(dataset.hash for dataset in same) else "perhaps other data"
            yield f"Same name, {words}: {name} stands for {len(same)} sets ({how}). They are not compared."
    known = [dataset for dataset in datasets if dataset.identified]
    if len(known) > 1:
        labels = [_named(dataset) for dataset in known]
        shares = " and have other majority shares" if any(dataset.majority for dataset in known) else ""
        yield f"Not compared: {fmt.listed(labels)} hold other events{shares}."
    if any(not dataset.identified for dataset in datasets):
        yield "Data not identified: rows without a data set are compared with nothing (log --dataset names it)."


def _named(dataset: DatasetInfo) -> str:
    return f"{dataset.label} #{dataset.hash[:4]}" if dataset.hash and dataset.name else dataset.label


def _identity(dataset: DatasetInfo) -> str:
    parts = [f"#{dataset.hash[:4]}" if dataset.hash else "content unknown"]
    if dataset.n is not None:
        parts.append(f"n {fmt.count(dataset.n)}")
    return " ".join(parts)


def _leaders(
    rows: Sequence[Row], columns: Sequence[Column], datasets: Sequence[DatasetInfo], judge: Judge, noise: Noise
) -> Iterator[str]:
    """Which row is best, where the data can name one, and that they cannot, where they cannot."""
    for column in [column for column in columns if column.higher_is_better is not None][:1]:
        for dataset in datasets:
            group = [row for row in rows if row.dataset.key == dataset.key and column.metric in row.cells]
            if not dataset.identified or sum(not row.tainted for row in group) < 2:
                continue
            if len({row.objective for row in group}) > 1:
                yield f"On {_named(dataset)} rows follow different objectives: none is called best."
                continue
            best = leader(group, column, judge, noise)
            if best is None:
                yield f"On {_named(dataset)} the data name no row as best by {_label(column)}."
            else:
                row = best.label + "".join(f", {name} {value}" for name, value in best.options.items())
                yield f"On {_named(dataset)} {row} is ahead of all other usable rows by {_label(column)}."


def _label(column: Column) -> str:
    """What a metric is called at the end of a sentence: "Acc." has its full stop."""
    return column.label.removesuffix(".")


def definitions(columns: Sequence[Column], rows: Sequence[Row]) -> Iterator[str]:
    """What each metric means, and how its interval is made."""
    for column in columns:
        if column.formula:
            better = {True: "; higher is better", False: "; lower is better", None: ""}[column.higher_is_better]
            yield f"{column.label} = {column.formula}{better}."
    with_interval = [
        c for c in columns if any(c.metric in row.cells and row.cells[c.metric].low is not None for row in rows)
    ]
    pooled = [any(row.cells[c.metric].pooled for row in rows if c.metric in row.cells) for c in with_interval]
    single = [c for c in with_interval if any(not row.cells[c.metric].pooled for row in rows if c.metric in row.cells)]
    for words, names in apart.interval_methods(single).items():
        yield f"[low high]: {words} ({', '.join(names)}); it covers the sampling of events, not the training."
    of_seeds = [column for column, has in zip(with_interval, pooled, strict=True) if has]
    for words, names in apart.interval_methods(of_seeds, pooled=True).items():
        yield f"[low high] of rows over seeds: {words} ({', '.join(names)})."
    without = [c.label for c in columns if c not in with_interval]
    if without:
        yield f"No interval is known for {', '.join(without)}: how much of a difference is noise cannot be told."


def _seeds(runs: Sequence[Run], found: Sequence[Family], columns: Sequence[Column]) -> Iterator[str]:
    if not runs:
        return
    if not found:
        unknown = sum(seed_of(run) is None for run in runs)
        words = f", {fmt.plural(unknown, 'seed')} not known" if unknown else ""
        yield f"n = 1 seed in each row{words}: how far another seed would differ is not measured."
        return
    yield from seeds.sentences(found[:_MOST_FAMILIES], columns)
    if len(found) > _MOST_FAMILIES:
        yield f"{fmt.plural(len(found) - _MOST_FAMILIES, 'more group')} of seeds not listed."
    if {run.id for run in runs} - {row.run for family in found for row in family.rows}:
        yield "n = 1 seed in all other rows."


def _code(measurers: Sequence[Run]) -> Iterator[str]:
    commits = {run.snapshot.commit: run for run in measurers if run.snapshot.commit}
    if len(commits) > 1:
        named = [fmt.commit(run.snapshot.commit, run.snapshot.dirty) for run in commits.values()]
        yield f"Measured by different code: {', '.join(sorted(named))}."


_NAMED = 3
"""Rows that are named; of more the number is said."""


def _few(labels: Sequence[str]) -> str:
    return ", ".join(labels) if len(labels) <= _NAMED else fmt.plural(len(labels), "row")


def _like_for_like(rows: Sequence[Row]) -> Iterator[str]:
    following: dict[str | None, list[str]] = {}
    for row in rows:
        following.setdefault(row.objective or None, []).append(row.label)
    if len(following) > 1:
        said = sorted(following.items(), key=lambda item: (item[0] is None, item[0]))
        whose = (f"{name or 'not stated'} ({_few(list(dict.fromkeys(labels)))})" for name, labels in said)
        yield f"Different objectives, never compared: {', '.join(whose)}."
    steps = sorted({row.step for row in rows if row.step is not None})
    if len(steps) > 1 and len({row.run for row in rows}) > 1:
        counters = {position(row.checkpoint).counter for row in rows if row.checkpoint and row.step is not None} - {
            None
        }
        lengths = f"{fmt.count(steps[0])} to {fmt.count(steps[-1])}"
        if Counter.UNKNOWN in counters or len(counters) > 1:
            yield f"Trained for different lengths: {lengths} by the names of checkpoints, steps or epochs."
        else:
            yield f"Trained for different lengths: {'epochs' if Counter.EPOCH in counters else 'steps'} {lengths}."


def _counted(claims: Sequence[Claim]) -> Iterator[str]:
    tested = [claim for claim in claims if claim.p is not None]
    if not tested:
        return
    paired = sum(claim.paired for claim in tested)
    how = "paired" if paired == len(tested) else f"{paired} of them paired" if paired else "unpaired"
    corrected = sum(claim.p_corrected is not None for claim in tested)
    rule = f"; p corrected for {fmt.count(corrected)} by Holm's method, and the word follows it" if corrected else ""
    yield f"{fmt.plural(len(tested), 'comparison')}, {how}{rule}."


def _not_shown(selection: Selection, picked: Picked, left_out: int) -> Iterator[str]:
    if selection.at == BEST:
        yield "Best checkpoint of each run, chosen on these very values: they flatter it."
    elif selection.at != ALL:
        yield f"Checkpoint of each run: {selection.at}. Others are not shown."
    hidden = [fmt.plural(left_out, "row")] if left_out else []
    hidden += [fmt.plural(picked.older, "result") + " of older runs"] if picked.older else []
    if hidden:
        yield f"{' and '.join(hidden)} not shown; name runs, or ask for --full."
    if picked.unassigned:
        yield (
            f"{fmt.plural(picked.unassigned, 'result')} not in the table until it is said what "
            f"{'it was' if picked.unassigned == 1 else 'they were'} measured on: "
            "labjournal log --assign r:RESULT --dataset NAME; labjournal show RUN lists them as unassigned."
        )
    if picked.training:
        yield f"{fmt.plural(picked.training, 'result')} on training data not shown."
    if picked.empty:
        yield f"No results: {', '.join(picked.empty)}."
