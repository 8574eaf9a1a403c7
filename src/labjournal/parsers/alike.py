"""What is one measurement: which drafts speak of the same, and how two become one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from labjournal.parsers.base import Draft
from labjournal.parsers.finished import TEXT_LINES
from labjournal.parsers.headings import CAPTION, LOGGED, Path
from labjournal.parsers.names import words_of
from labjournal.parsers.numbers import Number
from labjournal.parsers.vocabulary import LEFT_OUT

NEAR = 5
"""Lines between two parts of one measurement, at most."""
FEWEST_DIGITS = 2
"""Decimals of a share, at least, that may be another one rounded."""
MOST_SETTINGS = 12
"""Settings that a result may take over from a line above it."""
COPIED = 4
"""Values that a line shares with a row of the table above, at least, to be its copy."""
COPIED_WITHIN = 15
"""Lines between the two."""
NEXT = 2
"""The same where only one of them says its role: a blank line may part them."""


OF_A_TEXT = frozenset(("text_tables",))
"""Saved rows that stand among lines which may say whose they are."""
_COUNTS = frozenset(("TP", "FP", "FN", "TN"))
"""What a row counts tells it from no other."""
STEP_WORDS = frozenset("epoch epoche époque epoca época step iter iteration itr round trial episode update ep".split())


def agree(a: Number, b: Number, units: float = 0.5) -> bool:
    """Equal within half a unit of the coarser of the two last digits; within a whole one where digits are cut off."""
    if a.value == b.value or (math.isnan(a.value) and math.isnan(b.value)):
        return True
    if min(a.digits, b.digits) < FEWEST_DIGITS and max(abs(a.value), abs(b.value)) <= 1:
        return False  # a script that prints 0.9 beside 0.92 rounds neither
    return abs(a.value - b.value) <= units * 10.0 ** -min(a.digits, b.digits) * (1 + 1e-9)


def signature(draft: Draft) -> tuple[object, ...]:
    # A best value says at which step it was reached; the next best one replaces it all the same.
    counted = STEP_WORDS if draft.best else frozenset()
    options = tuple(sorted((k, v) for k, v in draft.options.items() if not k.startswith("_") and k not in counted))
    return (
        draft.role,
        tuple(sorted(draft.metrics)),
        draft.dataset,
        draft.checkpoint,
        options,
        draft.headline,
        draft.best,
        draft.section,
        draft.path,
        draft.setup,
        draft.options.get("_spread"),
    )


def same_values(a: Draft, b: Draft, *, exactly: bool = False) -> bool:
    """Whether two drafts give the same values: but for rounding, unless what leads in to them differs."""
    units = 0.0 if exactly else 0.5
    return all(agree(a.metrics[name], number, units) for name, number in b.metrics.items()) and a.correct == b.correct


def in_turn(a: Draft, b: Draft) -> bool:
    """Whether lines speak of train, validation and test in turn: each has its own measurement, none is ended."""
    if "unclear" in (a.role, b.role) or a.role == b.role or a.role_above or b.role_above:
        return False
    return a.block == b.block and b.line.number - a.last <= NEAR and not (a.saved or b.saved)


def one_measurement(a: Draft, b: Draft) -> bool:
    """Two neighbouring drafts speak of one measurement: near, same section, no contradiction in what they name."""
    if (
        a.setup != b.setup
        or a.saved
        or b.saved
        or a.block != b.block
        or b.line.number - a.last > NEAR
        or a.best != b.best
    ):
        return False
    if a.role != b.role and not (a.role_above or b.role_above or _one_role(a, b)):
        return False
    if (
        a.dataset != b.dataset
        or a.checkpoint != b.checkpoint
        or (a.per_class and b.per_class)
        or (a.matrix and b.matrix and a.matrix != b.matrix)
    ):
        return False
    if (a.correct and b.correct and a.correct != b.correct) or any(label in a.classes for label in b.classes):
        return False
    if "_unnamed" in a.options or "_unnamed" in b.options:
        return bool(a.per_class or b.per_class) and _supports_agree(a, b)
    mine = {k: v for k, v in a.options.items() if not k.startswith("_")}
    other = {k: v for k, v in b.options.items() if not k.startswith("_")}
    if mine != other:
        return False
    report = bool(a.per_class or b.per_class or a.matrix or b.matrix or a.classes or b.classes)
    shared = [name for name in b.metrics if name in a.metrics]
    if shared and ("_spread" in a.options) != ("_spread" in b.options):
        return False  # a mean over folds beside the value of one fit
    if report:
        first = a.role == b.role or not (a.per_class or a.matrix)  # else it may stand over what follows
        return _supports_agree(a, b) and all(
            agree(a.metrics[name], b.metrics[name], 1) or (name == "accuracy" and first) for name in shared
        )
    return not shared or all(agree(a.metrics[name], b.metrics[name]) for name in shared)


def _one_role(a: Draft, b: Draft) -> bool:
    """Whether what says no role may be of the other's: the next line, but nobody's value is of the training set."""
    if "unclear" not in (a.role, b.role) or "train" in (a.role, b.role):
        return False
    return b.line.number - a.last <= NEXT and _cross_validated(a) == _cross_validated(b)


def _cross_validated(draft: Draft) -> bool:
    """Whether the names say that folds or draws were left out: a value beside it is of another set."""
    return any(not LEFT_OUT.isdisjoint(words_of(name)) for name in draft.metrics)


def _supports_agree(a: Draft, b: Draft) -> bool:
    """A matrix belongs to a report when its rows add up to the supports."""
    if bool(a.matrix) == bool(b.matrix) or not (a.per_class or b.per_class):
        return True
    matrix, report = (a, b) if a.matrix else (b, a)
    supports = [row.support for row in report.per_class.values()]
    return matrix.matrix is not None and [sum(row) for row in matrix.matrix] == supports


def merge(into: Draft, more: Draft) -> None:
    for name, number in more.metrics.items():
        have = into.metrics.get(name)
        if have is None or (number.digits > have.digits and agree(number, have)):
            into.metrics[name] = number
        elif not agree(number, have):
            into.also[name] = number
    into.per_class = into.per_class or more.per_class
    if into.matrix is None:
        into.matrix, into.unknown, into.labels = more.matrix, more.unknown, more.labels
    into.correct = into.correct or more.correct
    into.classes.update(more.classes)
    into.class_unknown.update(more.class_unknown)
    into.unknown_total = into.unknown_total if into.unknown_total is not None else more.unknown_total
    into.n = into.n if into.n is not None else more.n
    if into.role == "unclear" or (into.role_above and more.role != "unclear" and not more.role_above):
        into.role, into.role_above = more.role, more.role_above
    into.headline = into.headline or more.headline
    into.tags.update(more.tags)
    # A report names the format best; values around it only add to it.
    if more.per_class or (more.matrix and not into.per_class):
        into.rule = more.rule
    into.text = (into.text + more.text)[:TEXT_LINES]
    into.last = more.last


def set_apart(drafts: list[Draft]) -> None:
    """Gives results got with other settings than their neighbours the settings that differ, as options."""
    setups = {draft.setup: dict(draft.setup) for draft in drafts if draft.setup}
    names = dict.fromkeys(name for said in setups.values() for name in said)
    differ = [name for name in names if len({said.get(name) for said in setups.values()}) > 1]
    for draft in drafts:
        said = setups.get(draft.setup, {})
        told = {name: said[name] for name in differ[:MOST_SETTINGS] if name in said and said[name] != draft.dataset}
        draft.options = {**told, **draft.options}


def distinct(drafts: list[Draft]) -> list[Draft]:
    """The same measurement printed twice is one."""
    kept: list[Draft] = []
    recent: dict[object, Draft] = {}
    tables: dict[frozenset[str], Draft] = {}
    for draft in drafts:
        names = frozenset(draft.metrics)
        if draft.saved:
            kept.append(draft)
            tables[names] = draft
            continue
        table = tables.get(names) if len(names) >= COPIED else None
        if table is not None and draft.line.number - table.last <= COPIED_WITHIN and same_values(table, draft):
            continue  # the row of a table, written once more as a line
        key = (*signature(draft), tuple(draft.per_class), tuple(sorted(draft.classes.items())), repr(draft.matrix))
        other = recent.get(key)
        alike = other is not None and draft.metrics and other.per_class == draft.per_class
        if alike and other is not None and same_values(other, draft, exactly=other.leads != draft.leads):
            continue
        recent[key] = draft
        kept.append(draft)
    return kept


def set_apart_by_heading(drafts: Sequence[Draft]) -> None:
    """Gives measurements with the same names that stand in different sections the heading that differs, as group.

    What else stands in such a section is of the same, but not below a line such as ``fold 5``, which nothing ends.
    """
    alike: dict[object, list[Draft]] = {}
    for draft in drafts:
        if not draft.saved or draft.path:
            said = _said(replace(draft, options=_own_options(draft), metrics={}))
            for name in draft.metrics or ("",):
                alike.setdefault((name, said), []).append(draft)
    told: set[Path] = set()
    apart: dict[int, int] = {}
    for same in alike.values():
        paths = {draft.path for draft in same}
        if len(paths) < 2:
            continue
        at = next(at for at in range(max(map(len, paths))) if len({path[at : at + 1] for path in paths}) > 1)
        told |= {path[: at + 1] for path in paths if len(path) > at and path[at][0] < LOGGED}
        apart |= {id(draft): min(at, apart.get(id(draft), at)) for draft in same if len(draft.path) > at}
    for draft in drafts if told or apart else ():
        at = next((at for at in range(len(draft.path)) if draft.path[: at + 1] in told), apart.get(id(draft), -1))
        level, owner = draft.path[at] if at >= 0 else (0, draft.dataset)
        if level == CAPTION and owner and owner.endswith("."):
            continue  # a sentence above a table
        if owner != draft.dataset and owner not in draft.options.values():
            draft.options = {**draft.options, ("group" if "group" not in draft.options else "under"): owner or ""}


def repeated(drafts: Sequence[Draft]) -> list[list[Draft]]:
    """Measurements of a text that nothing tells apart yet, though their values differ."""
    alike: dict[tuple[str, object], list[Draft]] = {}
    for draft in drafts:
        if (not draft.saved or draft.rule in OF_A_TEXT) and not draft.best:
            setup = dict(draft.setup)
            options = {k: v for k, v in draft.options.items() if k not in setup and k.upper() not in _COUNTS}
            said = _said(replace(draft, options=options, metrics={}))
            for name in draft.metrics:
                alike.setdefault((name, said), []).append(draft)
    return [
        same
        for (name, _), same in alike.items()
        if not all(agree(same[0].metrics[name], one.metrics[name]) for one in same[1:])
    ]


def _own_options(draft: Draft) -> dict[str, str]:
    """The options without a short heading, which is the group of the first values below it."""
    titles = {title for _, title in draft.path}
    return {name: value for name, value in draft.options.items() if value not in titles}


def _said(draft: Draft) -> tuple[object, ...]:
    options = tuple(sorted((k, v) for k, v in draft.options.items() if not k.startswith("_")))
    return draft.role, min(draft.metrics, default=""), draft.dataset, draft.checkpoint, options, draft.best
