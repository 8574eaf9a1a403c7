"""Lines that differ only in their numbers are understood once: a log of a long training is the same line 100,000 times.

The third time a line comes again, what the parsers make of it is learned by reading it with other numbers: which number
is which metric, step or option. From then on only the numbers are read. A line is never learned when anything else
depends on its numbers, when it says something about the lines after it, or when the lines around it matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from labjournal.parsers.assemble import Assembler, Row
from labjournal.parsers.base import Claim, Cursor, Draft
from labjournal.parsers.context import Context
from labjournal.parsers.listed_values import may_be_listed
from labjournal.parsers.numbers import Number, decimals, shifted
from labjournal.parsers.reading import Line, StepKind

LEARNED_AT = 6
MOST_TEMPLATES = 20_000
QUIET = 60
"""Lines after an announced confusion matrix or table of counts, in which nothing is taken for granted."""

_TOKEN = re.compile(r"((?:(?<![\w.)\]+-])[-+])?(?<![\w.@#$€£¥\\])(?<![A-Za-z][-_@/])\d+(?:[.,:]\d+)*(?:[eE][-+]?\d+)?)")
_MORE_DECIMALS = re.compile(r"(?<=\.\d)\d+")
_WORD = re.compile(r"[^\W\d_]{3}")
_ZEROS = str.maketrans("123456789", "000000000")


T = TypeVar("T")
Reader = Callable[[Cursor, Context], tuple[Claim | None, bool]]
"""Reads the line at a cursor as if nothing were known of it: the claim, and whether the line is worth remembering."""


@dataclass(slots=True)
class _Plan:
    """One draft that a line gives, with the places of its numbers."""

    model: Draft
    metrics: list[tuple[str, int, bool]]
    """(name, token, whether it is a percentage)."""
    step: tuple[StepKind, int] | None
    options: dict[str, int]
    row: Row = field(default_factory=Row)


class Templates:
    """What is known of the lines of one text."""

    def __init__(self, context: Context, read: Reader) -> None:
        self._source = context
        self._read = read
        self._known: dict[str, list[_Plan] | None] = {}
        self._seen: dict[str, int] = {}
        self._key = ""
        self._tokens: list[str] = []

    def take(self, line: Line, context: Context, assembler: Assembler) -> bool:
        """Take in a line that is known; False leaves it to the parsers."""
        self._key = ""
        text = line.text
        if line.redrawn or len(text) > 2_000:
            return False
        pieces = _TOKEN.split(text)
        if len(pieces) == 1:
            return False
        self._tokens = tokens = pieces[1::2]
        shape = _MORE_DECIMALS.sub("", "\0".join(tokens)).translate(_ZEROS)
        self._key = key = "\0".join(pieces[::2]) + "\1" + shape
        plans = self._known.get(key)
        if plans is None or not _quiet(context, line.number, among_lists=bool(plans)):
            return False
        if not plans:
            context.pass_by(text, line.number)
        for plan in plans:
            _carry_out(plan, line, tokens, context, assembler)
        return True

    def met(self, line: Line) -> None:
        """The line just refused was read by itself: learn it if it keeps coming."""
        key = self._key
        if not key or key in self._known:
            return
        count = self._seen.get(key, 0) + 1
        if count < LEARNED_AT:
            if len(self._seen) > MOST_TEMPLATES:
                self._seen.clear()
            self._seen[key] = count
            return
        if len(self._known) > MOST_TEMPLATES:
            self._known.clear()
        self._seen.pop(key, None)
        self._known[key] = self._learn(line.text)

    def _learn(self, text: str) -> list[_Plan] | None:
        if _WORD.search(text) is None:
            return None
        pieces = _TOKEN.split(text)
        if any("," in token and ":" not in token for token in pieces[1::2]):
            return None  # 1,234 or 0,93: which of them, only the whole line says
        given = self._outcome(text)
        if given is None or (not given and may_be_listed(text)):
            return None
        tries = [_varied(pieces, shift) for shift in (0, 5)]
        outcomes = [self._outcome("".join(varied), places=1) for varied in tries]
        plans = []
        for number, draft in enumerate(given):
            models = [outcome[number] for outcome in outcomes if outcome is not None and len(outcome) == len(given)]
            plan = _plan(draft, models, [varied[1::2] for varied in tries]) if len(models) == len(tries) else None
            if plan is None:
                return None
            plans.append(plan)
        if any(outcome is None or len(outcome) != len(given) for outcome in outcomes):
            return None
        return plans

    def _outcome(self, text: str, places: int = 3) -> list[Draft] | None:
        """The drafts a line gives wherever it stands, or None where that depends on what stands above it."""
        found: list[list[Draft]] = []
        contexts = zip(_contexts(self._source)[:places], _contexts(self._source)[:places], strict=True)
        for context, before in contexts:
            claim, plain = self._read(Cursor(iter([Line(1, text, 0)])), context)
            if not plain or context != before or (claim is not None and claim.lines != 1):
                return None
            found.append([] if claim is None else claim.drafts)
        return found[0] if all(drafts == found[0] for drafts in found) else None


def _quiet(context: Context, number: int, among_lists: bool) -> bool:
    """Whether nothing above bears on this line. A list bears only on what gives nothing by itself."""
    return (
        context.settings is None
        and not context.wishes
        and not context.under_ruler
        and all(
            number - announced > QUIET or (among_lists and title == "listed")
            for title, announced in context.titles.items()
        )
    )


def _contexts(source: Context) -> tuple[Context, ...]:
    """Places in a text that have nothing in common: nothing above, the middle of an epoch, after a training."""
    plain = Context(source=source.source, source_role=source.source_role)
    within = replace(plain, step=("epoch", -2.0), passed=-2.0, bar_done=True, options={}, titles={})
    return plain, within, replace(
        plain, role="validation", dataset="\0", n=-1, dataset_used=True, checkpoint="\0", options={"\0": "\0"},
        group="\0", group_line=-1, step=("step", -1.5), block=7, reset=True, bar_done=True,
        phase=True, section=7, passed=-1.5, titles={},
    )  # fmt: skip


def _varied(pieces: Sequence[str], shift: int) -> list[str]:
    """The line with other numbers of the same shape, no two alike."""
    varied = list(pieces)
    for index in range(1, len(pieces), 2):
        token = pieces[index]
        mantissa, mark, exponent = token.partition("e")
        digits = f"{(7 * index + 3 * shift) % 97 + 1:02d}"
        kept = mantissa.rfind(".")
        if kept >= 0 and len(mantissa) - kept > 2:
            mantissa = mantissa[: kept + 1] + (digits + mantissa[kept + 3 :])[: len(mantissa) - kept - 1]
        else:
            mantissa = mantissa[:-1] + str((int(mantissa[-1]) + shift + 1) % 10)
        varied[index] = mantissa + mark + exponent
    return varied


def _plan(given: Draft, models: Sequence[Draft], tokens: Sequence[Sequence[str]]) -> _Plan | None:
    """Where the numbers of a draft stand, or None where more than its numbers differs between the models."""
    if any(_frame(model) != _frame(given) for model in models):
        return None
    if given.per_class or given.matrix or given.classes or given.correct or given.also or given.saved:
        return None
    metrics = []
    for name in given.metrics:
        numbers = [model.metrics[name] for model in models]
        if any(number.fraction or number.integer for number in numbers):
            return None
        percent = numbers[0].percent
        at = _place(tokens, [number.value for number in numbers], partial(_value, percent=percent))
        if at is None:
            return None
        metrics.append((name, at, percent))
    step = None
    if given.step is not None:
        at = _place(tokens, [model.step[1] for model in models if model.step], float)
        if at is None:
            return None
        step = given.step[0], at
    options = {}
    for key in given.options:
        values = [model.options[key] for model in models]
        if values != [given.options[key]] * len(values):
            at = _place(tokens, values, str)
            if at is None:
                return None
            options[key] = at
    return _Plan(given, metrics, step, options)


def _frame(draft: Draft) -> tuple[object, ...]:
    """All of a draft but its numbers and its place."""
    return (
        draft.rule, tuple(draft.metrics), draft.role, draft.headline, draft.best, draft.running, draft.dataset,
        draft.checkpoint, draft.n, draft.tags, draft.under_step, draft.reaches, tuple(draft.options),
        draft.step and draft.step[0], [number.percent for number in draft.metrics.values()],
    )  # fmt: skip


def _place(tokens: Sequence[Sequence[str]], wanted: Sequence[T], read: Callable[[str], T]) -> int | None:
    """The one token that reads as wanted in every model."""
    found = []
    for at in range(len(tokens[0])):
        try:
            if all(read(said[at]) == value for said, value in zip(tokens, wanted, strict=True)):
                found.append(at)
        except ValueError:
            continue
    return found[0] if len(found) == 1 else None


def _value(token: str, percent: bool) -> float:
    return shifted(token, -2) if percent else float(token)


def _carry_out(plan: _Plan, line: Line, tokens: Sequence[str], context: Context, assembler: Assembler) -> None:
    step = None if plan.step is None else (plan.step[0], float(tokens[plan.step[1]]))
    values = [_value(tokens[at], percent) for _, at, percent in plan.metrics]
    if not plan.options and assembler.extend(plan.row, plan.model, step, values, context, line.number):
        return
    model = plan.model
    options = dict(model.options)
    for key, at in plan.options.items():
        options[key] = tokens[at]
    metrics = {
        name: Number(value, decimals(tokens[at]) + 2 * percent, percent)
        for (name, at, percent), value in zip(plan.metrics, values, strict=True)
    }
    draft = Draft(
        line, line.number, [line.text], model.rule, metrics=metrics, n=model.n, role=model.role, step=step,
        under_step=model.under_step, reaches=model.reaches, tags=dict(model.tags), running=model.running,
        headline=model.headline, best=model.best, dataset=model.dataset, checkpoint=model.checkpoint, options=options,
    )  # fmt: skip
    assembler.add(draft, context, plan.row)
