"""The language of criteria and decisions: what must hold of the runs of a stage, read and never run as code.

loss[5] / loss[1] <= 0.8                        a comparison, as for --expect
val_loss < 0.5 by epoch 30                      at one point at least, up to there
total = lam_cov*main + lam_pred*aux +- 1e-6 at every step
no alarm              no warning                nothing so bad or worse
finding zero_loss     no finding zero_loss      a check has spoken, or has not
status failed         says "lam_cov must be positive"         file out/adapter.pt
same settings as overfit except epochs, seed
chi2 of order 1 and beta near 3.10 +- 0.05      and, or, not, parentheses
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from labjournal.errors import InputError
from labjournal.judging.grammar import Parser
from labjournal.judging.syntax import Expectation, Leaf, Number, Relation, Tolerance
from labjournal.vocabulary import Level, Status

_LEVELS = {f"{level.value}{s}": level for level in Level for s in ("", "s")}
_STATUSES = {status.value.lower(): status for status in Status if status.ended}
_QUOTED = re.compile(r"\s*(?:\"([^\"]+)\"|'([^']+)')")
_BARE = re.compile(r"\s*([^\s()\"',]+)")
_HINT = 'For example "loss[5]/loss[1] <= 0.8", "val_loss < 0.5 by epoch 30", "no alarm", "finding zero_loss".'


@dataclass(frozen=True, slots=True)
class Until:
    """``by step 100``: it must hold at one point up to there."""

    unit: str
    """``step`` or ``epoch``."""
    last: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Comparisons of measured values."""

    expectation: Expectation
    until: Until | None = None
    always: bool = False
    """At every step of the curves in it."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """No finding of this level or a worse one; no finding of this rule."""

    level: Level | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A check has spoken, by a step if one is named."""

    rule: str
    until: Until | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How the runs ended."""

    status: Status


@dataclass(frozen=True, slots=True)
class Says:
    """The text stands in what the run printed, or in what it said by ``labjournal.event()``."""

    text: str


@dataclass(frozen=True, slots=True)
class Wrote:
    """A file of this pattern lies in the working folder of the runs."""

    pattern: str


@dataclass(frozen=True, slots=True)
class SameSettings:
    """The runs have the settings of another stage, but for some."""

    stage: str
    but: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """``and`` or ``or``."""

    word: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition = Comparison | Quiet | Found | Ended | Says | Wrote | SameSettings | Joined | Not


@functools.lru_cache(maxsize=1024)
def parse(text: str, called: str = "criterion") -> Condition:
    """Read a criterion. Raises InputError saying where it stops making sense."""
    parser = _Conditions(text, f"{called}: {text!r}", exact=True)
    found = parser.disjunction()
    parser.end()
    return found


def parts(condition: Condition) -> Iterator[Condition]:
    """The conditions under one, itself if it is not joined of others."""
    if isinstance(condition, Joined):
        for part in condition.parts:
            yield from parts(part)
    elif isinstance(condition, Not):
        yield from parts(condition.part)
    else:
        yield condition


def leaves(condition: Condition) -> Iterator[Leaf]:
    """What is measured in it."""
    for part in parts(condition):
        if isinstance(part, Comparison):
            yield from part.expectation.values()


class _Conditions(Parser):
    def disjunction(self) -> Condition:
        return self._joined("or", self._conjunction)

    def _conjunction(self) -> Condition:
        return self._joined("and", self._negation)

    def _joined(self, word: str, one: object) -> Condition:
        assert callable(one)
        found = [one()]
        while self.word(word) is not None:
            found.append(one())
        return found[0] if len(found) == 1 else Joined(word, tuple(found))

    def _negation(self) -> Condition:
        if self.word("not") is not None:
            return Not(self._negation())
        return self._one()

    def _one(self) -> Condition:
        start = self._at
        for read in (self._quiet, self._found, self._ended, self._says, self._wrote, self._same):
            found = read()
            if found is not None:
                return found
            self._at = start
        return self._comparison()

    def _quiet(self) -> Condition | None:
        if self.word("no") is None:
            return None
        level = self.word(*_LEVELS)
        if level is not None:
            return Quiet(level=_LEVELS[level])
        if self.word("finding", "findings") is None:
            raise self.wrong("no what? no alarm, no warning, no notice, no finding RULE")
        rule = self.take("name")
        return Quiet(level=Level.NOTICE) if rule is None else Quiet(rule=rule)

    def _found(self) -> Condition | None:
        if self.word("finding") is None:
            return None
        rule = self.take("name")
        return None if rule is None else Found(rule, self._until())

    def _ended(self) -> Condition | None:
        if self.word("status") is None:
            return None
        word = self.word(*_STATUSES)
        return None if word is None else Ended(_STATUSES[word])

    def _says(self) -> Condition | None:
        if self.word("says") is None:
            return None
        text = self._text_of(_QUOTED)
        return None if text is None else Says(text)

    def _wrote(self) -> Condition | None:
        if self.word("file") is None:
            return None
        pattern = self._text_of(_QUOTED) or self._text_of(_BARE)
        if pattern is None or pattern[0] in "<>=≤≥≈+*":
            return None
        return Wrote(pattern)

    def _same(self) -> Condition | None:
        if self.word("same") is None or self.word("settings") is None:
            return None
        if self.word("as") is None:
            raise self.wrong("as those of which stage?")
        stage = self._text_of(_BARE)
        if stage is None:
            raise self.wrong("as those of which stage?")
        names: list[str] = []
        if self.word("except") is not None:
            while not names or self.take("comma") is not None:
                name = self._text_of(_BARE)
                if name is None:
                    raise self.wrong("except which settings?")
                names.append(name)
        return SameSettings(stage, tuple(names))

    def _text_of(self, pattern: re.Pattern[str]) -> str | None:
        match = pattern.match(self._text, self._at)
        if match is None:
            return None
        self._at = match.end()
        return next(group for group in match.groups() if group is not None)

    def _comparison(self) -> Condition:
        start = self._at
        try:
            return self._compared()
        except InputError:
            self._at = start
            if self.take("sign", one_of="(") is None:
                raise
            inner = self.disjunction()
            if self.take("sign", one_of=")") is None:
                raise self.wrong("a ')' is missing") from None
            return inner

    def _compared(self) -> Condition:
        start = self._at
        if (order := self._order()) is not None:
            return order
        self._at = start
        expectation = self.expectation()
        always = self._always()
        until = None if always else self._until()
        return Comparison(expectation, until, always)

    def _order(self) -> Comparison | None:
        """``chi2 of order 1``: within a factor of the root of ten, up or down."""
        start = self._at
        node = self.sum()
        if self.word("of") is None:
            return None
        if self.word("order") is None or (order := self._number()) is None or order.value <= 0:
            raise self.wrong("of order what? of order 1, of order 1e7")
        low, high = Number(order.value / math.sqrt(10)), Number(order.value * math.sqrt(10))
        exact = Tolerance(0.0, relative=False)
        relations = (Relation(low, "<=", node, exact), Relation(node, "<", high, exact))
        return Comparison(self._measured(start, relations))

    def _always(self) -> bool:
        start = self._at
        if self.word("always") is not None:
            return True
        if self.word("at") is not None and self.word("every") is not None and self.word("step", "epoch", "point"):
            return True
        self._at = start
        return False

    def _until(self) -> Until | None:
        start = self._at
        if self.word("by", "until") is None:
            self._at = start
            return None
        unit = self.word("step", "epoch")
        number = self._number() if unit is not None else None
        if unit is None or number is None:
            raise self.wrong("by when? by step 100, by epoch 30")
        return Until(unit, number.value)

    def wrong(self, why: str | None = None) -> InputError:
        error = super().wrong(why)
        return InputError(error.message, _HINT)
