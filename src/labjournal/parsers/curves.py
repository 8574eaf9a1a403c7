"""The curves of a text: the points of one name, set apart where they begin again under another heading.

A heading within one training parts nothing: its curves go on. Where the steps begin again below another heading, what
stands there is of another training, and each curve is called by the first heading that differs.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from labjournal.parsers.base import Draft
from labjournal.parsers.headings import Path
from labjournal.parsers.reading import ParsedSeries, RoleName, StepKind

MOST_POINTS = 1 << 20
MOST_TAGS = 4_000


@dataclass(slots=True)
class Curve:
    """Points in the order of the text."""

    role: RoleName
    kind: StepKind
    path: Path = ()
    """The headings that all its points stand under."""
    at: Path = ()
    """Those of its last point."""
    steps: array[float] = field(default_factory=lambda: array("d"))
    values: array[float] = field(default_factory=lambda: array("d"))
    stride: int = 1
    seen: int = 0
    last: float = 0.0
    lone: list[Draft] = field(default_factory=list)
    """The drafts of its points, kept while they may still turn out to be results: one, or all at one step."""

    def ends_with(self, step: float, value: float) -> bool:
        return self.seen > 0 and self.steps[-1] == step and self.values[-1] == value

    def add(self, step: float, value: float) -> None:
        self.seen += 1
        self.last = step
        if (self.seen - 1) % self.stride:
            return
        self.steps.append(step)
        self.values.append(value)
        if len(self.values) >= MOST_POINTS:
            self.steps, self.values = self.steps[::2], self.values[::2]
            self.stride *= 2

    def put_before(self, step: float, value: float) -> None:
        self.steps.insert(0, step)
        self.values.insert(0, value)

    def join(self, more: Curve) -> None:
        for step, value in zip(more.steps, more.values, strict=True):
            self.add(step, value)


class Curves:
    """All curves of a text, by tag; of one tag as many as trainings stand under headings of their own."""

    def __init__(self) -> None:
        self._by_tag: dict[str, list[Curve]] = {}
        self._many = 0

    def __iter__(self) -> Iterator[Curve]:
        return (curve for parts in self._by_tag.values() for curve in parts)

    def last(self, tag: str) -> Curve | None:
        """The curve that the last point of a tag went to."""
        parts = self._by_tag.get(tag)
        return parts[-1] if parts else None

    def above(self, tag: str, path: Path) -> Curve | None:
        """The curve of a tag that stands under the same headings."""
        parts = self._by_tag.get(tag, ())
        return next((curve for curve in parts if path[: len(curve.path)] == curve.path), None)

    def holding(self, tag: str, draft: Draft) -> Curve | None:
        """The curve all of whose points may be results, one of which is this draft."""
        parts = self._by_tag.get(tag, ())
        return next((c for c in parts if len(c.lone) == c.seen and any(one is draft for one in c.lone)), None)

    def at(self, tag: str, role: RoleName, kind: StepKind, step: float, path: Path = ()) -> Curve | None:
        """The curve that this point belongs to; None where a text has too many."""
        parts = self._by_tag.setdefault(tag, [])
        if parts and parts[-1].at == path:
            return parts[-1]
        for index, curve in enumerate(parts):
            if curve.at == path:
                parts.append(parts.pop(index))
                return curve
        if parts and step > parts[-1].last:
            parts[-1].path, parts[-1].at = _shared(parts[-1].path, path), path
            return parts[-1]
        if self._many >= MOST_TAGS:
            return None
        self._many += 1
        parts.append(Curve(role, kind, path, path))
        return parts[-1]

    def drop(self, tag: str, draft: Draft) -> None:
        """Forgets the curve whose points turned out to be results, this draft among them."""
        held = self.holding(tag, draft)
        self._by_tag[tag] = [curve for curve in self._by_tag.get(tag, ()) if curve is not held]

    def lone(self, tag: str) -> bool:
        """Whether a tag has one point; that point is then taken for no curve any more."""
        parts = self._by_tag.get(tag, ())
        if len(parts) != 1 or parts[0].seen != 1:
            return False
        del self._by_tag[tag]
        return True

    def series(self) -> dict[str, ParsedSeries]:
        found: dict[str, Curve] = {}
        for tag, parts in self._by_tag.items():
            for curve in parts:
                name = _heading(curve, parts, tag)
                if name in found:
                    found[name].join(curve)
                else:
                    found[name] = curve
        return {
            tag: ParsedSeries(tag, list(zip(c.steps, c.values, strict=True)), c.kind, c.role, c.stride)
            for tag, c in found.items()
        }


def _shared(a: Path, b: Path) -> Path:
    return tuple(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def _heading(curve: Curve, parts: list[Curve], tag: str) -> str:
    """The name of a curve among those of its tag: with the first of its headings that not all of them stand under."""
    depth = max(len(part.path) for part in parts)
    apart = next((at for at in range(depth) if len({part.path[at : at + 1] for part in parts}) > 1), depth)
    if len(curve.path) <= apart or tag.startswith(f"{curve.path[apart][1]}/"):
        return tag
    return f"{curve.path[apart][1]}/{tag}"
