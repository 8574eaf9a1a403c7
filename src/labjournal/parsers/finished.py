"""From a draft to a result: counts where they follow, class rows out of flat names, a text of bounded length."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from labjournal.model import Counts
from labjournal.parsers.base import Draft
from labjournal.parsers.kinds import KIND_ALONE
from labjournal.parsers.numbers import Number
from labjournal.parsers.reading import ClassRow, ParsedResult, Tally

TEXT_LINES = 80


TEXT_CHARS = 4_000


_LABELLED = re.compile(
    r"(?P<prefix>(?:(?:eval|predict|test|val|valid|dev|train)[_/])?)(?P<label>.+?)[_/](?P<what>precision|recall|f1(?:[-_]score)?|number|support)"
)


_AVERAGES = frozenset(
    (
        "overall",
        "macro",
        "micro",
        "weighted",
        "samples",
        "mean",
        "avg",
        "average",
        "macro_avg",
        "weighted_avg",
        "micro_avg",
        "total",
        "all",
        "best",
    )
)


def numbered(results: list[ParsedResult]) -> tuple[ParsedResult, ...]:
    """Offsets made different where one line holds several results: (rule, offset) names a result for ever."""
    taken: set[tuple[str, int]] = set()
    numbered = []
    for result in results:
        offset = result.offset
        while (result.rule, offset) in taken:
            offset += 1
        taken.add((result.rule, offset))
        numbered.append(result if offset == result.offset else replace(result, offset=offset))
    return tuple(numbered)


def _as_reported(draft: Draft) -> None:
    """Class names of count lines in the spelling of the report ("Signal" and "signal" are one class)."""
    spelling = {label.casefold(): label for label in draft.per_class}
    draft.classes = {spelling.get(label.casefold(), label): pair for label, pair in draft.classes.items()}
    draft.class_unknown = {spelling.get(label.casefold(), label): count for label, count in draft.class_unknown.items()}


def finished(draft: Draft) -> ParsedResult | None:
    _as_reported(draft)
    counts = _counts(draft)
    tally = None
    if draft.correct or draft.classes or draft.unknown_total is not None:
        k, total = draft.correct or (None, None)
        tally = Tally(k, total, draft.unknown_total, dict(draft.classes))
    n = draft.n
    if n is None:
        n = counts.n if counts is not None else (draft.correct[1] if draft.correct else None)
    metrics, per_class = fold_labels(draft.metrics, draft.per_class)
    if not metrics and not per_class and counts is None and (tally is None or not (tally.classes or tally.total)):
        return None
    text = "\n".join(draft.text[:TEXT_LINES])
    return ParsedResult(
        metrics={name: number.value for name, number in metrics.items()},
        role=draft.role,
        line=draft.line.number,
        end_line=draft.last,
        text=text if len(text) <= TEXT_CHARS else text[:TEXT_CHARS] + "…",
        rule=draft.rule,
        per_class=per_class,
        counts=counts,
        tally=tally,
        n=n,
        dataset=draft.dataset,
        checkpoint=draft.checkpoint,
        options={k: v for k, v in draft.options.items() if not k.startswith("_")},
        digits={name: number.digits for name, number in metrics.items()},
        also={name: (number.value, number.digits) for name, number in draft.also.items()},
        offset=draft.line.offset,
    )


def fold_labels(
    metrics: dict[str, Number], per_class: dict[str, ClassRow]
) -> tuple[dict[str, Number], dict[str, ClassRow]]:
    """Takes ``eval_T005_precision``, ``_recall``, ``_f1`` and ``_number`` of one label out into a class row."""
    if per_class or len(metrics) < 6:
        return {k: v for k, v in metrics.items() if not k.endswith("_number")}, per_class
    found: dict[str, dict[str, Number]] = {}
    names: dict[str, list[str]] = {}
    for name, number in metrics.items():
        match = _LABELLED.fullmatch(name)
        if match and match["label"].lower() not in _AVERAGES and not KIND_ALONE.fullmatch(match["label"]):
            found.setdefault(match["label"], {})[match["what"][:2]] = number
            names.setdefault(match["label"], []).append(name)
    rows = {
        label: ClassRow(
            parts["pr"].value, parts["re"].value, parts["f1"].value, _whole(parts.get("nu") or parts.get("su"))
        )
        for label, parts in found.items()
        if {"pr", "re", "f1"} <= parts.keys()
    }
    if len(rows) < 2:
        return {k: v for k, v in metrics.items() if not k.endswith("_number")}, per_class
    gone = {name for label in rows for name in names[label]}
    return {k: v for k, v in metrics.items() if k not in gone and not k.endswith("_number")}, rows


def _whole(number: Number | None) -> int | None:
    return None if number is None or not math.isfinite(number.value) else int(number.value)


def _counts(draft: Draft) -> Counts | None:
    """The confusion matrix, where what was printed leaves exactly one."""
    if draft.matrix is not None:
        size = len(draft.matrix)
        labels = draft.labels or tuple(draft.per_class)
        if len(labels) != size:
            labels = tuple(str(k) for k in range(size))
        return Counts(labels, tuple(tuple(row) for row in draft.matrix), tuple(draft.unknown or [0] * size))
    if len(draft.classes) != 2:
        return None
    (a, (ka, na)), (b, (kb, nb)) = draft.classes.items()
    if not (0 <= ka <= na and 0 <= kb <= nb):
        return None
    supports = {label: row.support for label, row in draft.per_class.items() if row.support}
    if draft.per_class and (
        supports != {label: n for label, (_, n) in draft.classes.items() if n}
        or (len(draft.per_class) > 2 and draft.unknown_total is None)
    ):
        return None
    if draft.unknown_total == 0:
        ua = ub = 0
    elif a in draft.class_unknown or b in draft.class_unknown:
        ua, ub = draft.class_unknown.get(a, -1), draft.class_unknown.get(b, -1)
        total = draft.unknown_total
        if total is not None and min(ua, ub) < 0:
            ua, ub = (total - ub, ub) if ua < 0 else (ua, total - ua)
    elif draft.unknown_total is None:
        # scikit-learn lists every answer that occurs: a report with these two rows alone had no third kind of answer.
        if not draft.per_class:
            return None
        ua = ub = 0
    else:
        # All wrong answers may be unknown ones, or none: only a total that leaves no choice decides.
        wrong = (na - ka) + (nb - kb)
        if draft.unknown_total != wrong:
            return None
        ua, ub = na - ka, nb - kb
    if not (0 <= ua <= na - ka and 0 <= ub <= nb - kb):
        return None
    return Counts((a, b), ((ka, na - ka - ua), (nb - kb - ub, kb)), (ua, ub))
