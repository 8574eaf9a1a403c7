"""From drafts to results and curves: what belongs together, what repeats, what is a point of a curve."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise

from labjournal.parsers.alike import (
    distinct,
    in_turn,
    merge,
    one_measurement,
    repeated,
    same_values,
    set_apart,
    set_apart_by_heading,
    signature,
)
from labjournal.parsers.base import Draft
from labjournal.parsers.context import Context
from labjournal.parsers.curves import Curve, Curves
from labjournal.parsers.finished import finished, numbered
from labjournal.parsers.headings import Path
from labjournal.parsers.leads import set_apart_by_leads, stand_apart
from labjournal.parsers.names import role_of, words_of
from labjournal.parsers.owned_lines import OwnedLine
from labjournal.parsers.reading import Line, Reading, RoleName, StepKind

REPEATS = 3
"""More measurements than this that differ in nothing but their values are a curve by row."""
MOST_RESULTS = 10_000
MOST_LINES = 200


@dataclass(slots=True)
class Row:
    """The curves that a line of one kind goes to, kept from its last time."""

    place: tuple[RoleName, str | None, Path] | None = None
    curves: list[Curve | None] = field(default_factory=list)


class Assembler:
    """Takes drafts in the order of the text, and gives the reading at the end."""

    def __init__(self) -> None:
        self._open: list[Draft] = []
        self._done: list[Draft] = []
        self._alike: dict[tuple[object, ...], list[Draft]] = {}
        self._rows: dict[tuple[object, ...], int] = {}
        self._curves = Curves()
        self._owned = OwnedLine()
        self._strange: list[Line] = []

    def add(self, draft: Draft, context: Context, row: Row | None = None) -> None:
        """Takes a draft; what it does not say itself, the context above it says. ``row`` is told where it went."""
        owner = self._owned.take(draft)
        if draft.reaches and draft.step is not None:
            context.reach(draft.step)
        elif draft.under_step and draft.step is None and context.step is not None and not context.reset:
            draft.step = context.step
            draft.options["_step"] = "above"
            if self._tested_again(draft):
                draft.step = None
        if draft.role == "unclear":
            draft.role = context.role if context.role != "unclear" else context.source_role
            draft.role_above = draft.role != "unclear" and context.role == "unclear"
            prefix = {"validation": "val_", "test": "test_"}.get(context.role)
            if prefix is not None and draft.step is not None:
                for name in draft.metrics:
                    # Under "Results on validation" of each epoch the bare name is another curve than the training's.
                    if draft.tags.get(name, name) == name and role_of(words_of(name)) == "unclear":
                        draft.tags[name] = prefix + name
        if draft.dataset is None and context.dataset is not None:
            draft.dataset, context.dataset_used = context.dataset, True
        draft.checkpoint = draft.checkpoint or context.checkpoint
        if draft.n is None and context.n is not None and draft.dataset == context.dataset:
            draft.n = context.n
        if (draft.step is None or draft.headline) and context.above.lines:
            context.lead_in()
        options = dict(context.options)
        group = None if draft.saved else context.group_at(draft.line.number, draft.line.text)
        if group:
            options["group"] = group
        draft.options = {**options, **draft.options}
        draft.setup = () if draft.saved or draft.headline else context.setup
        draft.block, draft.section, draft.path = context.block, context.section, context.path + draft.path
        draft.after_reset, draft.passed = context.reset, context.passed
        within = draft.options.get("_step") == "above" and context.above.lines
        draft.leads = ((context.above.before() if within else ()) or context.above.leads) + draft.leads
        draft.leads += (f"{owner}:",) if owner else ()
        if draft.step is not None and not draft.headline:
            self.point(draft, draft.step)
            if row is not None:
                row.place = context.role, group, context.path
                row.curves = [self._curves.last(_tag(draft, name)) for name in draft.metrics]
        elif draft.running:
            return
        else:
            self._take(draft)

    def extend(
        self,
        row: Row,
        model: Draft,
        step: tuple[StepKind, float] | None,
        values: list[float],
        context: Context,
        at: int,
    ) -> bool:
        """Like ``add`` for one more line of a kind that only adds points; False where that is not sure."""
        if row.place is None or model.headline or any(curve is not None and curve.lone for curve in row.curves):
            return False
        if step is None:
            if not model.under_step or context.step is None or context.reset or model.role == "test":
                return False
            step = context.step
        elif model.reaches:
            context.reach(step)
        if row.place != (context.role, context.group_at(at, model.line.text), context.path):
            return False
        if model.dataset is None and context.dataset is not None:
            context.dataset_used = True
        points = [pair for pair in zip(row.curves, values, strict=True) if pair[0] is not None]
        if all(curve.ends_with(step[1], value) for curve, value in points if curve is not None):
            return True
        for curve, value in points:
            if curve is not None:
                curve.lone = []
                curve.add(step[1], value)
        return True

    def point(self, draft: Draft, step: tuple[StepKind, float]) -> None:
        """Each metric of a draft as a point of its curve; a lone one may still become a result at the end."""
        lone = not draft.running and (
            draft.options.get("_step") == "above" or draft.role == "test" or _of_a_validation(draft)
        )
        points = [
            (self._curves.at(_tag(draft, name), draft.role, *step, draft.path), n) for name, n in draft.metrics.items()
        ]
        if all(curve is None or curve.ends_with(step[1], number.value) for curve, number in points):
            return  # a line printed twice is one point
        for curve, number in points:
            if curve is None:
                continue
            beneath = draft.options.get("_step") == "above" and curve.seen and curve.steps[-1] == step[1]
            again = len(curve.lone) == curve.seen < REPEATS and (not curve.seen or beneath)
            curve.lone = [*curve.lone, draft] if lone and again else []
            curve.add(step[1], number.value)

    def add_point(self, tag: str, role: RoleName, kind: StepKind, step: float, value: float) -> None:
        """One point of a curve that a table or a JSON line states."""
        curve = self._curves.at(tag, role, kind, step)
        if curve is not None:
            curve.add(step, value)

    def _tested_again(self, draft: Draft) -> bool:
        """Whether the lines of the steps said what is told here of a test, or with its counts.

        Said again below the last one, it is the result.
        """
        if draft.step is None or not (draft.role == "test" or draft.correct):
            return False
        curves = [self._curves.last(_tag(draft, name)) for name in draft.metrics]
        return all(curve is not None and not curve.lone and curve.steps[-1] == draft.step[1] for curve in curves)

    def lone(self, tag: str) -> bool:
        """Whether a curve has one point; that point is then taken for no curve any more."""
        return self._curves.lone(tag)

    def strange(self, line: Line) -> None:
        """Notes a line that looks like a result and was not understood."""
        if len(self._strange) < MOST_LINES:
            text = line.text if len(line.text) <= 400 else line.text[:400] + "…"
            self._strange.append(Line(line.number, text, line.offset, line.redrawn))

    def finish(self) -> Reading:
        self._close()
        drafts = [draft for same in self._alike.values() for draft in same] + self._done
        lone: dict[int, Draft] = {}
        lasting = any(curve.seen > 1 for curve in self._curves)
        for curve in self._curves:
            if curve.lone and lasting:
                curve.lone = [draft for draft in curve.lone if not _of_a_validation(draft)]
            if curve.lone and curve.seen == len(curve.lone):
                lone |= {id(draft): draft for draft in curve.lone}
        for draft in lone.values():
            held = {name: self._curves.holding(_tag(draft, name), draft) for name in draft.metrics}
            draft.metrics = {name: number for name, number in draft.metrics.items() if held[name] is not None}
        for draft in lone.values():
            for name in draft.metrics:
                self._curves.drop(_tag(draft, name), draft)
        drafts += lone.values()
        drafts = self._retold(self._orphans(drafts))
        drafts.sort(key=lambda draft: draft.line.number)
        set_apart(drafts)
        set_apart_by_heading(drafts)
        set_apart_by_leads(drafts, repeated(drafts))
        results = numbered([result for result in map(finished, distinct(drafts)) if result is not None])
        return Reading(results, self._curves.series(), tuple(self._strange))

    def _orphans(self, drafts: list[Draft]) -> list[Draft]:
        """A value before the first named step of its own curve is a point of it, not a result."""
        kept = []
        for draft in drafts:
            curves = [self._curves.above(_tag(draft, name), draft.path) for name in draft.metrics]
            plain = not (
                draft.headline
                or draft.saved
                or draft.after_reset
                or draft.per_class
                or draft.matrix
                or draft.classes
                or draft.correct
            )
            if plain and curves and draft.role != "test" and all(c is not None and c.seen >= REPEATS for c in curves):
                for curve, number in zip(curves, draft.metrics.values(), strict=True):
                    if curve is not None:
                        curve.put_before(math.nan, number.value)
                continue
            kept.append(draft)
        return kept

    def _retold(self, drafts: list[Draft]) -> list[Draft]:
        """One measurement after each epoch is a curve over the epochs, whatever heading stands above each."""
        series: dict[tuple[object, ...], list[Draft]] = {}
        for draft in drafts:
            plain = not (
                draft.headline or draft.saved or draft.per_class or draft.matrix or draft.classes or draft.best
            )
            if plain and draft.passed is not None and draft.metrics:
                series.setdefault(signature(draft), []).append(draft)
        gone: set[int] = set()
        for same in series.values():
            steps = [draft.passed for draft in same if draft.passed is not None]
            if len(same) < 2 or any(b <= a for a, b in pairwise(steps)):
                continue
            for draft, step in zip(same, steps, strict=True):
                gone.add(id(draft))
                for name, number in draft.metrics.items():
                    curve = self._curves.at(_tag(draft, name), draft.role, "epoch", step)
                    if curve is not None:
                        curve.add(step, number.value)
        return [draft for draft in drafts if id(draft) not in gone]

    def _take(self, draft: Draft) -> None:
        several = len(self._open) > 1
        for other in reversed(self._open):
            told = draft.role != "unclear" and not draft.metrics.keys() <= other.metrics.keys()
            if one_measurement(other, draft) and (told or not several):
                merge(other, draft)
                return
        if not self._open or not all(in_turn(other, draft) for other in self._open):
            self._close()
        self._open.append(draft)

    def _close(self) -> None:
        for draft in self._open:
            self._closed(draft)
        self._open.clear()

    def _closed(self, draft: Draft) -> None:
        if draft.empty or (draft.options.get("_unnamed") and not draft.per_class):
            return
        if draft.saved or draft.per_class or draft.matrix or draft.classes:
            if len(self._done) < MOST_RESULTS:
                self._done.append(draft)
            return
        key = signature(draft)
        if draft.best:
            self._alike[key] = [draft]
            return
        if key in self._rows:
            self._row(key, draft)
            return
        same = self._alike.setdefault(key, [])
        if any(same_values(other, draft, exactly=other.leads != draft.leads) for other in same):
            return
        same.append(draft)
        if len(same) > REPEATS and not draft.headline and not stand_apart(same):
            self._rows[key] = 0
            for other in self._alike.pop(key):
                self._row(key, other)
        elif len(self._alike) > MOST_RESULTS:
            self._alike.pop(next(iter(self._alike)))

    def _row(self, key: tuple[object, ...], draft: Draft) -> None:
        self._rows[key] += 1
        row = float(self._rows[key])
        for name, number in draft.metrics.items():
            curve = self._curves.at(_tag(draft, name), draft.role, "row", row, draft.path)
            if curve is not None:
                curve.add(row, number.value)


def _of_a_validation(draft: Draft) -> bool:
    """Whether the head of a line, not its metrics, says that it validates: a result where nothing is measured twice."""
    named = any(role_of(words_of(name)) != "unclear" for name in draft.metrics)
    return draft.role == "validation" and draft.options.get("_step") != "above" and not named


def _tag(draft: Draft, name: str) -> str:
    group = draft.options.get("group")
    tag = draft.tags.get(name, name)
    return f"{group}/{tag}" if group else tag
