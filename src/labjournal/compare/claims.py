"""What may be said: differences with interval, p and a word by rule, and what speaks against saying more.

A difference is called one when its p, corrected by Holm's method for all comparisons of the table, is below 0.05, its
interval leaves out 0, and it is larger than the scatter of seeds where that is known; everything else is "no difference
shown", which is not "equal".
Rows on different data, or under different objectives, are not held against each other at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from labjournal import format as fmt
from labjournal import stats
from labjournal.compare.apart import Test
from labjournal.compare.differences import Differences
from labjournal.compare.rows import OVERLAP
from labjournal.compare.seeds import Noise
from labjournal.compare.table import Cell, Claim, Column, Row

SIGNIFICANT = 0.05
DIFFERS, NO_DIFFERENCE = "differs", "no difference shown"
CANNOT_TELL, NOT_USABLE = "cannot tell", "may not be used"
MOST_EVENTS = 10_000_000
"""More events than this nobody measures: no number is named then."""
_SHOWN_SETTINGS = 4


Judge = Callable[[Cell, Cell, Column], Test | None]
"""Whether two cells differ; None when nothing is known of their scatter."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """A comparison before it is put into words."""

    a: Row
    b: Row
    column: Column
    option: str | None
    test: Test | None

    @property
    def usable(self) -> bool:
        return not (self.a.tainted or self.b.tainted)


def claims(
    rows: Sequence[Row],
    columns: Sequence[Column],
    baseline: str | None,
    differences: Differences,
    noise: Noise,
    judge: Judge,
    alike: Callable[[Cell, Cell], list[str]],
    asked: bool = False,
) -> list[Claim]:
    """Every row against the baseline row of its data and options, then pairs that differ in one option only.

    Args:
        rows: rows of the table, in its order.
        columns: metrics of the table.
        baseline: start of a `subject`; None takes the first row of each group that was not retracted.
        differences: settings in which the runs differ.
        noise: scatter of seeds; a difference between settings below it is not called one.
        judge: tests two cells.
        alike: says what differs in how two cells were measured.
        asked: the metrics were named, so all of them are judged; otherwise only the first that has counts. Of several
            those whose scatter nobody knows get no claims: the notes say so once.
    """
    pairs: list[_Pair] = []
    for column in columns if asked else _first_with_counts(rows, columns):
        for group in _comparable(rows):
            pairs += [_pair(a, b, column, None, judge) for a, b in _against_baseline(group, column, baseline)]
        pairs += [
            _pair(a, b, column, option, judge)
            for a, b, option in option_pairs(rows)
            if column.metric in a.cells and column.metric in b.cells
        ]
    if asked and len(columns) > 1:
        told = {pair.column.metric for pair in pairs if pair.test is not None}
        pairs = [pair for pair in pairs if pair.column.metric in told]
    tested = [pair.test.p if pair.test is not None and pair.usable else None for pair in pairs]
    corrected = stats.holm(tested) if sum(p is not None for p in tested) > 1 else [None] * len(pairs)
    said = [(_claim(pair, p, differences, noise, alike), pair) for pair, p in zip(pairs, corrected, strict=True)]
    # what may be said comes first; of what may not, that an option changed nothing tells most
    said.sort(key=lambda item: (not item[1].usable, not item[1].usable and item[0].option is None))
    return [claim for claim, _ in said]


def _pair(a: Row, b: Row, column: Column, option: str | None, judge: Judge) -> _Pair:
    return _Pair(a, b, column, option, judge(a.cells[column.metric], b.cells[column.metric], column))


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


def _against_baseline(group: Sequence[Row], column: Column, baseline: str | None) -> Iterator[tuple[Row, Row]]:
    measured = [row for row in group if column.metric in row.cells]
    usable = [row for row in measured if not row.tainted] or measured
    named = usable if baseline is None else [row for row in measured if subject(row).startswith(baseline)]
    first = next(iter(named), None)
    if first is not None:
        yield from ((row, first) for row in measured if row is not first)


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


def _claim(
    pair: _Pair,
    corrected: float | None,
    differences: Differences,
    noise: Noise,
    alike: Callable[[Cell, Cell], list[str]],
) -> Claim:
    a, b, column, test = pair.a, pair.b, pair.column, pair.test
    value = a.cells[column.metric].value - b.cells[column.metric].value
    caveats = _caveats(pair, differences) + alike(a.cells[column.metric], b.cells[column.metric])
    title = _title(a, b, column, pair.option)
    if test is None:
        gap = fmt.difference(value, is_rate=column.is_rate)
        cells = (a.cells[column.metric], b.cells[column.metric])
        why = "n unknown" if any(cell.n is None for cell in cells) else "its scatter is not known"
        text = " ".join([f"{gap}, cannot tell whether this is more than noise: {why}.", *caveats])
        word = CANNOT_TELL if pair.usable else NOT_USABLE
        return Claim(column.metric, a.key, b.key, title, word, text, value, option=pair.option)
    floor = (
        noise.floor(a, column.metric) if pair.option is None and a.run != b.run and not a.runs and not b.runs else None
    )
    below = floor is not None and abs(test.difference) <= floor.limit
    word = test.word
    if word == DIFFERS and (below or (corrected is not None and corrected >= SIGNIFICANT)):
        word = NO_DIFFERENCE
    needed = _needed(pair, word)
    said = [
        f"{fmt.difference(test.difference, test.low, test.high, column.is_rate)}, {_p_words(test, corrected)}: {word}."
    ]
    if below and floor is not None:
        limit = fmt.number(floor.limit) if not column.is_rate else fmt.rate(floor.limit)
        said.append(f"Below the scatter of seeds: two of the same settings lie up to {limit} apart.")
    elif needed is not None:
        said.append(f"About {fmt.rounded(needed)} events each would tell a difference of this size.")
    return Claim(
        metric=column.metric,
        a=a.key,
        b=b.key,
        title=title,
        option=pair.option,
        word=word if pair.usable else NOT_USABLE,
        text=" ".join([*said, *caveats]),
        difference=test.difference,
        low=test.low,
        high=test.high,
        p=test.p,
        p_corrected=corrected,
        needed=needed,
        paired=test.paired,
    )


def _p_words(test: Test, corrected: float | None) -> str:
    words = fmt.p_value(test.p)
    if corrected is not None and fmt.p_value(corrected) != words:
        words += f" (corrected {fmt.p_value(corrected).removeprefix('p ')})"
    return f"{words}, paired" if test.paired else words


def _needed(pair: _Pair, word: str) -> int | None:
    """Events that would tell the difference, where it is not shown and more than there are."""
    if pair.test is None or word == DIFFERS or pair.test.needed is None or not pair.usable:
        return None
    there = max(
        (cell.denominator or 0) for cell in (pair.a.cells[pair.column.metric], pair.b.cells[pair.column.metric])
    )
    return pair.test.needed if there < pair.test.needed <= MOST_EVENTS else None


def _title(a: Row, b: Row, column: Column, option: str | None) -> str:
    shared = [f"{name} {value}" for name, value in a.options.items() if b.options.get(name) == value]
    where = ", ".join([f"{column.label} on {a.dataset.label}", *shared])
    if option is None:
        return f"{a.label} {fmt.MINUS} {b.label}, {where}"
    of, against = a.options.get(option, fmt.missing()), b.options.get(option, fmt.missing())
    return f"{a.label}, {option} {of} {fmt.MINUS} {option} {against}, {where}"


def _caveats(pair: _Pair, differences: Differences) -> list[str]:
    a, b, option = pair.a, pair.b, pair.option
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
    leaked = dict.fromkeys(row.name for row in (a, b) if any(flag.slug == OVERLAP for flag in row.flags))
    said += [f"{name} was trained on some of its validation data." for name in leaked]
    if a.dataset.hash is None and not (pair.test is not None and pair.test.paired):  # pairs are the same events
        said.append(f"That {a.dataset.label} was the same data is known by name only.")
    return said


def leader(rows: Sequence[Row], column: Column, judge: Judge, noise: Noise) -> Row | None:
    """The row that the data name as best: ahead of each other usable row, corrected for the number of them.

    Holm's first step: every p times the number of comparisons is below 0.05. None when nothing may be named.
    """
    usable = [row for row in rows if column.metric in row.cells and not row.tainted]
    if column.higher_is_better is None or len(usable) < 2:
        return None
    sign = 1 if column.higher_is_better else -1
    best = max(usable, key=lambda row: sign * row.cells[column.metric].value)
    others = [row for row in usable if row is not best]
    tests = [judge(best.cells[column.metric], row.cells[column.metric], column) for row in others]
    named = all(test is not None and test.p * len(others) < SIGNIFICANT for test in tests)
    floors = [noise.floor(best, column.metric) if row.run != best.run and not best.runs else None for row in others]
    named = named and all(
        floor is None or test is None or abs(test.difference) > floor.limit
        for test, floor in zip(tests, floors, strict=True)
    )
    few = any(flag.slug == "few_positives" for row in usable for flag in row.cells[column.metric].flags)
    return best if named and not few else None
