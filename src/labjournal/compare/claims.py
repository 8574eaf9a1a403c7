"""What may be said: differences with interval, p and a word by rule, and what speaks against saying more.

A difference is called one when its p is below 0.05 and its interval leaves out 0; everything else is "no difference
shown", which is not "equal".
Rows on different data, or under different objectives, are not held against each other at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from labjournal import format as fmt
from labjournal.compare import measure
from labjournal.compare.differences import Differences
from labjournal.compare.table import Claim, Column, Row

SIGNIFICANT = 0.05
CANNOT_TELL, NOT_USABLE = "cannot tell", "may not be used"
_SHOWN_SETTINGS = 4


def claims(
    rows: Sequence[Row], columns: Sequence[Column], baseline: str | None, differences: Differences, asked: bool = False
) -> list[Claim]:
    """Every row against the baseline row of its data and options, then pairs that differ in one option only.

    Args:
        rows: rows of the table, in its order.
        columns: metrics of the table.
        baseline: start of a `subject`; None takes the first row of each group that was not retracted.
        differences: settings in which the runs differ.
        asked: the metrics were named, so all of them are judged; otherwise only the first that has counts.
    """
    said: list[Claim] = []
    for column in columns if asked else _first_with_counts(rows, columns):
        for group in _comparable(rows):
            said += _against_baseline(group, column, baseline, differences)
        said += [
            _claim(a, b, column, differences, option)
            for a, b, option in option_pairs(rows)
            if column.metric in a.cells and column.metric in b.cells
        ]
    return said


def _first_with_counts(rows: Sequence[Row], columns: Sequence[Column]) -> list[Column]:
    counted = {metric for row in rows for metric, cell in row.cells.items() if cell.denominator}
    return ([column for column in columns if column.metric in counted] or list(columns))[:1]


def subject(row: Row) -> str:
    return f"{row.run} {row.checkpoint if row.step is None else row.step}"


def _comparable(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows on the same data, with the same options, under the same objective."""
    groups: dict[object, list[Row]] = {}
    for row in rows:
        if row.dataset.identified:
            groups.setdefault((row.dataset.key, tuple(row.options.items()), row.objective), []).append(row)
    return (group for group in groups.values() if len(group) > 1)


def _against_baseline(
    group: Sequence[Row], column: Column, baseline: str | None, differences: Differences
) -> Iterator[Claim]:
    measured = [row for row in group if column.metric in row.cells]
    usable = [row for row in measured if not row.tainted] or measured
    named = usable if baseline is None else [row for row in measured if subject(row).startswith(baseline)]
    first = next(iter(named), None)
    if first is not None:
        yield from (_claim(row, first, column, differences) for row in measured if row is not first)


def option_pairs(rows: Sequence[Row]) -> Iterator[tuple[Row, Row, str]]:
    """(a, b, option): the same subject on the same data, measured with one option changed.

    "on" is held against "off", "true" against "false", else the later value against the earlier in order.
    """
    alike: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        if row.dataset.identified:
            for name in row.options:
                others = tuple(item for item in row.options.items() if item[0] != name)
                alike.setdefault((row.dataset.key, subject(row), row.objective, name, others), []).append(row)
    for key, group in alike.items():
        option = str(key[3])
        for one, other in combinations(group, 2):
            a, b = sorted((one, other), key=lambda row: _switch(row.options[option]), reverse=True)
            yield a, b, option


def _switch(value: str) -> tuple[int, str]:
    text = value.lower()
    return (1 if text in ("on", "true", "yes", "1", "enabled") else 0, text)


def _claim(a: Row, b: Row, column: Column, differences: Differences, option: str | None = None) -> Claim:
    cell_a, cell_b = a.cells[column.metric], b.cells[column.metric]
    title = _title(a, b, column, option)
    test = measure.test(cell_a, cell_b)
    caveats = _caveats(a, b, differences, option)
    if test is None:
        gap = fmt.difference(cell_a.value - cell_b.value, is_rate=column.is_rate)
        text = " ".join([f"{gap}, cannot tell whether this is more than noise: n unknown.", *caveats])
        word = NOT_USABLE if a.tainted or b.tainted else CANNOT_TELL
        return Claim(column.metric, a.key, b.key, title, word, text, cell_a.value - cell_b.value, option=option)
    gap = fmt.difference(test.difference, test.low, test.high, column.is_rate)
    p = "" if test.p is None else f", {fmt.p_value(test.p)}"
    text = " ".join([f"{gap}{p}: {test.word}.", *caveats])
    return Claim(
        column.metric,
        a.key,
        b.key,
        title,
        NOT_USABLE if a.tainted or b.tainted else test.word,
        text,
        test.difference,
        test.low,
        test.high,
        test.p,
        option,
    )


def _title(a: Row, b: Row, column: Column, option: str | None) -> str:
    shared = [f"{name} {value}" for name, value in a.options.items() if b.options.get(name) == value]
    where = ", ".join([f"{column.label} on {a.dataset.label}", *shared])
    if option is None:
        return f"{a.label} {fmt.MINUS} {b.label}, {where}"
    of, against = a.options.get(option, fmt.missing()), b.options.get(option, fmt.missing())
    return f"{a.label}, {option} {of} {fmt.MINUS} {option} {against}, {where}"


def _caveats(a: Row, b: Row, differences: Differences, option: str | None) -> list[str]:
    retracted = dict.fromkeys(row.label for row in (a, b) if row.tainted)
    said = [f"{label} is retracted and cannot carry a claim." for label in retracted]
    if option is None and a.run != b.run:
        changed = differences.between(a.run, b.run)
        if a.step is not None and b.step is not None and a.step != b.step:
            changed.append(f"steps {a.step} and {b.step}")
        if len(changed) > 1:
            shown = ", ".join(changed[:_SHOWN_SETTINGS]) + (", …" if len(changed) > _SHOWN_SETTINGS else "")
            said.append(f"Confounded: {len(changed)} things differ ({shown}), the data cannot name the cause.")
        elif changed:
            said.append(f"They differ in {changed[0]}.")
    if a.dataset.hash is None:
        said.append(f"That {a.dataset.label} was the same data is known by name only.")
    return said


def leader(rows: Sequence[Row], column: Column) -> Row | None:
    """The row that the data name as best: ahead of each other usable row, corrected for the number of them.

    Holm's first step: every p times the number of comparisons is below 0.05. None when nothing may be named.
    """
    usable = [row for row in rows if column.metric in row.cells and not row.tainted]
    if column.higher_is_better is None or len(usable) < 2:
        return None
    sign = 1 if column.higher_is_better else -1
    best = max(usable, key=lambda row: sign * row.cells[column.metric].value)
    others = [row for row in usable if row is not best]
    tests = [measure.test(best.cells[column.metric], row.cells[column.metric]) for row in others]
    named = all(test is not None and test.p is not None and test.p * len(others) < SIGNIFICANT for test in tests)
    few = any(flag.slug == "few_positives" for row in usable for flag in row.cells[column.metric].flags)
    return best if named and not few else None
