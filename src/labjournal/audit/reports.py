"""One result against itself: counts, class rows, averages, SIC, the majority; all that it says twice."""

from __future__ import annotations

import math
from collections.abc import Iterator

from labjournal.audit.feasible import counts_exist
from labjournal.audit.items import Item, explained
from labjournal.importers import FoundResult
from labjournal.importers.places import NOWHERE
from labjournal.parsers import ParsedResult
from labjournal.stats import Disagreement, check_report, summed

SIGNAL = ("signal", "sig", "positive", "pos", "1", "true", "yes")
"""Names of the class that is looked for; else it is the smaller one."""


def check(path: str, result: FoundResult) -> list[Item]:
    """Everything a printed result contradicts in itself, and what speaks against reading it as a success."""
    found = _contradicted(path, result)
    found += _sic(path, result)
    found += _below_majority(path, result)
    found += _mean_over_nothing(path, result)
    return found


def contradictions(parsed: ParsedResult) -> list[str]:
    """What a printed result says against itself, beyond its digits: a sentence each."""
    return [item.message for item in _contradicted("", FoundResult(None, NOWHERE, parsed, None))]


def _contradicted(path: str, result: FoundResult) -> list[Item]:
    parsed = result.parsed
    contradicted = [said for said in check_report(parsed) if not _excused(parsed, said)]
    if any(_rows_left_out(parsed, said) for said in contradicted):
        return [_item(path, result, said) for said in contradicted if "[" in said.metric]
    found = [_item(path, result, said) for said in contradicted]
    return _once(found) or list(_impossible_together(path, result))


def _rows_left_out(parsed: ParsedResult, said: Disagreement) -> bool:
    """The printed number of events is far above the rows, as where a long report was shortened."""
    counted = parsed.counts is not None or parsed.tally is not None
    return said.metric == "n" and not counted and said.printed > 1.2 * said.computed


def _item(path: str, result: FoundResult, said: Disagreement) -> Item:
    kind = {"accuracy": "accuracy", "n": "support"}.get(said.metric)
    if kind is None:
        kind = "average" if said.metric.startswith(("macro", "weighted", "micro")) else "class_row"
    where = place_text(result)
    return Item(path, result.line, kind, said.printed, said.computed, "high", f"{where}{said.message}")


def place_text(result: FoundResult) -> str:
    """``checkpoint-2500 on 1:10: `` or what of it is known."""
    place = result.place
    words = " ".join(filter(None, [place.checkpoint, f"on {place.dataset}" if place.dataset else None]))
    return f"{words}: " if words else ""


def _once(items: list[Item]) -> list[Item]:
    """One item for a value, though counts and rows both contradict it."""
    first: dict[tuple[object, ...], Item] = {}
    for item in items:
        named = item.message.replace("_", " ").partition(" is printed as ")
        same = item.kind == "accuracy" or (item.kind == "average" and named[1])
        first.setdefault((item.kind, named[0], item.printed) if same else (item.kind, item.message), item)
    return list(first.values())


def _excused(parsed: ParsedResult, said: Disagreement) -> bool:
    """Whether digits cut off, a percentage, or unknown answers left out explain what does not agree."""
    metric, label = said.metric.partition("[")[0], said.metric.partition("[")[2].removesuffix("]")
    if metric == "n":
        return _unknown_of(parsed) is not None and abs(said.printed - said.computed) == _unknown_of(parsed)
    if label:
        return _row_excused(parsed, metric, label, said)
    digits = parsed.digits.get(metric, 2)
    exact = parsed.counts is not None or (metric == "accuracy" and parsed.tally is not None and parsed.tally.classes)
    unit = 0.0 if exact else _row_unit(parsed)
    if explained(said.printed, digits, said.computed - unit / 2, said.computed + unit):
        return True
    if metric == "accuracy" and not exact and _of_spans(parsed):
        return True
    if metric == "accuracy":
        without = _without_unknown(parsed)
        if without is not None and explained(said.printed, digits, without):
            return True
        also = parsed.also.get("accuracy")
        return also is not None and also[0] == said.computed and _overlap(said.printed, digits, *also)
    return False


def _of_spans(parsed: ParsedResult) -> bool:
    """Micro precision and recall that differ: not one answer an event, so that the accuracy is of something else."""
    precision, recall = (parsed.metrics.get(f"micro_{part}") for part in ("precision", "recall"))
    return precision is not None and recall is not None and precision != recall


def _overlap(a: float, digits_a: int, b: float, digits_b: int) -> bool:
    """Whether one value can have been rounded to one of the two and cut off, or rounded, to the other."""
    (low_a, high_a), (low_b, high_b) = (
        (value - 0.5 * 10.0**-digits, value + 10.0**-digits) for value, digits in ((a, digits_a), (b, digits_b))
    )
    return max(low_a, low_b) < min(high_a, high_b)


def _row_excused(parsed: ParsedResult, part: str, label: str, said: Disagreement) -> bool:
    row = parsed.per_class.get(label)
    if row is None:
        return False
    unit = _row_unit(parsed)
    digits = round(-math.log10(unit))
    counted = parsed.counts is not None or (parsed.tally is not None and label in parsed.tally.classes)
    if part == "recall" and row.support and not counted:
        lowest = math.ceil(said.printed * row.support - 1e-9) / row.support
        return explained(said.printed, digits, lowest)
    if part == "f1" and None not in (row.precision, row.recall):
        p, r = row.precision or 0.0, row.recall or 0.0
        return explained(said.printed, digits, _f1(max(p - unit / 2, 0), max(r - unit / 2, 0)), _f1(p + unit, r + unit))
    return explained(said.printed, digits, said.computed)


def _row_unit(parsed: ParsedResult) -> float:
    shown = [digits for name, digits in parsed.digits.items() if name.startswith(("macro", "weighted"))]
    return 10.0 ** -(min(shown) if shown else 2)


def _f1(p: float, r: float) -> float:
    return 2 * p * r / (p + r) if p + r else 0.0


def _unknown_of(parsed: ParsedResult) -> int | None:
    if parsed.counts is not None:
        return sum(parsed.counts.unknown) or None
    return (parsed.tally.unknown or None) if parsed.tally is not None else None


def _without_unknown(parsed: ParsedResult) -> float | None:
    """Accuracy among the answers that were a class at all."""
    unknown = _unknown_of(parsed)
    if unknown is None:
        return None
    if parsed.counts is not None:
        correct, n = parsed.counts.correct, parsed.counts.n
    elif parsed.tally is not None and parsed.tally.classes:
        correct, n = summed(parsed.tally.classes)
    else:
        return None
    return correct / (n - unknown) if n > unknown else None


def _impossible_together(path: str, result: FoundResult) -> Iterator[Item]:
    """Rows that are each possible, but not all at once: no whole numbers of right answers give them."""
    if result.parsed.counts is None and not _of_spans(result.parsed) and counts_exist(result.parsed) is False:
        accuracy = result.parsed.metrics.get("accuracy", math.nan)
        yield Item(
            path,
            result.line,
            "class_row",
            accuracy,
            None,
            "high",
            f"{place_text(result)}no whole numbers of right answers give these rows and this accuracy together.",
        )


def signal_of(supports: dict[str, int]) -> str | None:
    """The class that is looked for, of two."""
    if len(supports) != 2:
        return None
    for name in SIGNAL:
        for label in supports:
            if label.lower() == name:
                return label
    return min(supports, key=lambda label: supports[label]) if len(set(supports.values())) > 1 else None


def _sic(path: str, result: FoundResult) -> Iterator[Item]:
    """``(ks/ns) / sqrt(kb/nb)``; unknown answers may belong to either class, so there is a range of values."""
    parsed = result.parsed
    printed = parsed.metrics.get("sic")
    signal = signal_of(result.supports)
    if printed is None or signal is None or not math.isfinite(printed):
        return
    digits = parsed.digits.get("sic", 4)
    background = next(label for label in result.supports if label != signal)
    found = sic_range(parsed, signal, background)
    if found is None or explained(printed, digits, *found):
        return
    swapped = sic_range(parsed, background, signal)
    if swapped is not None and explained(printed, digits, *swapped):
        message = f"the SIC printed is that of {background}; that of {signal} is {found[0]:.4f}."
        yield Item(path, result.line, "sic", printed, found[0], "medium", place_text(result) + message)
        return
    shown = f"{found[0]:.4f}" if found[1] - found[0] < 1e-9 else f"{found[0]:.4f} to {found[1]:.4f}"
    message = f"SIC is printed as {printed:g}; the counts give {shown}."
    yield Item(path, result.line, "sic", printed, found[0], "high", place_text(result) + message)


def sic_range(parsed: ParsedResult, signal: str, background: str) -> tuple[float, float] | None:
    """The least and the greatest SIC the printed counts allow; None when they allow none."""
    pairs: dict[str, tuple[int, int]] = {}
    unknown = 0
    if parsed.counts is not None:
        counts = parsed.counts
        pairs = {label: (counts.matrix[at][at], counts.support[at]) for at, label in enumerate(counts.labels)}
        lost = counts.unknown[counts.labels.index(background)]
    elif parsed.tally is not None:
        pairs, unknown, lost = dict(parsed.tally.classes), parsed.tally.unknown or 0, 0
    if signal not in pairs or background not in pairs:
        return _sic_of_rows(parsed, signal, background)
    (ks, ns), (right, nb) = pairs[signal], pairs[background]
    values = [
        (ks / ns) / math.sqrt(passed / nb)
        for passed in (nb - right - lost - unknown, nb - right - lost)
        if ns and nb and passed > 0
    ]
    return (min(values), max(values)) if values else None


def _sic_of_rows(parsed: ParsedResult, signal: str, background: str) -> tuple[float, float] | None:
    """From the recalls of a report of two classes, as far as their digits go."""
    rows = [parsed.per_class.get(label) for label in (signal, background)]
    recalls = [row.recall for row in rows if row is not None and row.recall is not None]
    if len(recalls) < 2 or len(parsed.per_class) > 2 or _unknown_of(parsed):
        return None
    unit = _row_unit(parsed)
    (least, most), (passed_least, passed_most) = (
        (max(value - unit, 0.0), min(value + unit, 1.0)) for value in (recalls[0], 1 - recalls[1])
    )
    return (least / math.sqrt(passed_most), most / math.sqrt(passed_least)) if passed_least > 0 else None


def _below_majority(path: str, result: FoundResult) -> Iterator[Item]:
    accuracy, supports = result.parsed.metrics.get("accuracy"), result.supports
    total = sum(supports.values())
    if accuracy is None or len(supports) < 2 or not total or result.parsed.role == "train":
        return
    value = accuracy / 100 if accuracy > 1 else accuracy
    majority = max(supports.values()) / total
    half = 0.5 * 10.0 ** -result.parsed.digits.get("accuracy", 4)
    if value + half < majority:
        label = max(supports, key=lambda name: supports[name])
        message = f"accuracy {value:.6g} is below {majority:.6g}, which always answering {label} would get."
        yield Item(path, result.line, "below_majority", accuracy, majority, "low", place_text(result) + message)


def _mean_over_nothing(path: str, result: FoundResult) -> Iterator[Item]:
    """A macro mean that counts a class without a single event as a zero."""
    parsed = result.parsed
    empty = [label for label, row in parsed.per_class.items() if row.support == 0]
    filled = [row for row in parsed.per_class.values() if row.support]
    if not empty or not filled:
        return
    for part in ("precision", "recall", "f1"):
        printed = parsed.metrics.get(f"macro_{part}")
        values = [getattr(row, part) for row in filled]
        if printed is None or None in values:
            continue
        computed = math.fsum(values) / len(values)
        digits = parsed.digits.get(f"macro_{part}", 2)
        if not explained(printed, digits, computed - 0.5 * _row_unit(parsed), computed + _row_unit(parsed)):
            message = (
                f"{place_text(result)}the macro means count {', '.join(empty)}, a class without events; "
                f"without it, {part} is {computed:.3f}."
            )
            yield Item(path, result.line, "macro_of_empty_class", printed, computed, "low", message)
            return
