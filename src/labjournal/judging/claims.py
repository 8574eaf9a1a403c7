"""A claim in words, bound to the results it compares, and what their numbers say to it.

The first result is what is spoken of, the second what it is held against. The words say which way ("better", "no
difference") and may name the metric; everything else the numbers decide.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence, Set
from dataclasses import dataclass

from labjournal import format as fmt
from labjournal.compare import apart, measure
from labjournal.compare.claims import NO_DIFFERENCE
from labjournal.compare.measure import Measures, Values
from labjournal.compare.select import data_size
from labjournal.compare.table import Column
from labjournal.judging.estimates import CONFIRMED, REFUTED, UNDECIDED
from labjournal.model import Entry, Result, Role

_WORDS: tuple[tuple[str, str], ...] = (
    # The first that occurs decides, so "no better than" is not read as "better".
    (
        "same",
        r"no(?:t)? (?:\w+ )?(?:differen(?:ce|t)|better|worse|higher|lower|gain|effect|change)|equal(?:ly)?|the same"
        r"|unchanged|as good as|makes no|indistinguishable",
    ),
    ("worse", r"worse|hurts?|degrade[sd]?|weaker|harms?|loses?|lost|behind|inferior"),
    (
        "better",
        r"better|best|improve[sd]?|improvement|beats?|outperforms?|stronger|helps?|gains?|wins?|ahead of|superior",
    ),
    ("lower", r"lower|less|smaller|below|fewer|decrease[sd]?|reduce[sd]?|drops?|falls?"),
    ("higher", r"higher|more|larger|above|greater|increase[sd]?|raise[sd]?|rises?|over"),
)
_USABLE = (Role.VALIDATION, Role.TEST)
_SAYS = tuple((word, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)) for word, pattern in _WORDS)


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """What the numbers say of a claim."""

    word: str
    sentence: str
    not_shown: bool = False
    """It says that one differs from the other, and the interval of the difference holds 0."""


def bound(entry: Entry, results: Mapping[str, Result], runs: Container[str]) -> list[Result]:
    """The results a claim is bound to: those it names, and of a run it names the last that was measured alike,
    on the data sets that its words name.

    ``results`` by their id, ``runs`` are the ids of the known ones.
    """
    sides = [_side(reference, results, runs) for reference in entry.on]
    named = [side for side in sides if side]
    if all(len(side) == 1 for side in named) and not any(reference in runs for reference in entry.on):
        return [side[0] for side in named]
    if len(named) < 2:
        return []
    pairs = [(a, b) for a in named[0] for b in named[1] if a.id != b.id and _alike(a, b)]
    spoken_of = _named_in(entry.text, {result.dataset.name for side in named[:2] for result in side})
    return list(next((pair for pair in pairs if not spoken_of or pair[0].dataset.name in spoken_of), ()))


def _named_in(text: str, datasets: Set[str | None]) -> set[str]:
    """The data sets that a text names: ``1:1`` does not stand in "on 1:10"."""
    return {name for name in datasets if name and re.search(rf"(?<![\w:.-]){re.escape(name)}(?![\w:-])", text)}


def _side(reference: str, results: Mapping[str, Result], runs: Container[str]) -> list[Result]:
    if reference not in runs:
        result = results.get(reference.removeprefix("r:"))
        return [] if result is None else [result]
    of_run = (result for result in results.values() if result.subject.run == reference)
    usable = [result for result in of_run if result.dismissed is None and result.role in _USABLE]
    return sorted(usable, key=lambda result: (result.subject.step or -1, result.t, result.id), reverse=True)


def _alike(a: Result, b: Result) -> bool:
    """Measured on data of the same name or content, with the same options."""
    name = a.dataset.hash == b.dataset.hash if a.dataset.hash and b.dataset.hash else a.dataset.name == b.dataset.name
    return name and a.options == b.options


def judge(text: str, results: Sequence[Result], values: Values | None = None) -> JudgedClaim | None:
    """Hold a claim against the results it names; None when it names fewer than two and so compares nothing."""
    if len(results) < 2:
        return None
    a, b = results[0], results[1]
    unusable = _unusable(a, b)
    if unusable:
        return JudgedClaim(UNDECIDED, unusable)
    measures = Measures((a, b), values=values)
    name = _metric(text, a, b, measures)
    if name is None:
        return JudgedClaim(UNDECIDED, "the two results share no metric")
    column = measures.column(name)
    cell_a, cell_b = measures.cell(a, name), measures.cell(b, name)
    assert cell_a is not None
    assert cell_b is not None
    test = apart.test(cell_a, cell_b)
    if test is None:
        gap = fmt.difference(cell_a.value - cell_b.value, is_rate=column.is_rate)
        return JudgedClaim(UNDECIDED, f"{column.label} {gap}: how sure that is cannot be told, n unknown")
    gap = fmt.difference(test.difference, test.low, test.high, column.is_rate)
    p = "" if test.p is None else f", {fmt.p_value(test.p)}"
    said = _direction(text)
    word = _word(said, test, column)
    others = f"; of {len(results)} results the first two are compared" if len(results) > 2 else ""
    # the interval covers the sampling of events; that another seed would do the same is not measured by one run
    seeds = "; one run each" if a.subject.run != b.subject.run else ""
    not_shown = said not in (None, "same") and test.word == NO_DIFFERENCE
    sentence = f"{column.label} {gap}{p}, on {_measured_on(a, b)}: {test.word}{seeds}{others}"
    return JudgedClaim(word, sentence, not_shown)


def _measured_on(a: Result, b: Result) -> str:
    """The data set of both, and the options they share: a claim on one set says nothing of another."""
    name = a.dataset.name or b.dataset.name or f"#{(a.dataset.hash or '')[:4]}"
    shared = sorted(set(a.options.items()) & set(b.options.items()))
    return ", ".join([name, *(f"{key} {value}" for key, value in shared)])


def _unusable(a: Result, b: Result) -> str | None:
    if a.taint or b.taint:
        return f"a retracted result carries no claim: {a.taint or b.taint}"
    one, other = a.dataset, b.dataset
    if (one.name or one.hash) is None or (other.name or other.hash) is None:
        return "the data of one of them is not identified"
    same = one.hash == other.hash if one.hash and other.hash else one.name == other.name
    sizes = {size for size in (data_size(a), data_size(b)) if size is not None}
    if not same or len(sizes) > 1:
        named = fmt.listed(dict.fromkeys(dataset.name or "no name" for dataset in (one, other)))
        return f"they were not measured on the same data ({named})"
    if a.objective != b.objective:
        return "they were measured under different objectives"
    return None


def _metric(text: str, a: Result, b: Result, measures: Measures) -> str | None:
    shared = [
        name for name in measures.available if measures.cell(a, name) is not None and measures.cell(b, name) is not None
    ]
    lowered = re.sub(r"[\s_]+", " ", text.lower())
    words = set(re.findall(r"[\w@.]+", text.lower()))
    bases = {measure.base_name(word) for word in words}
    named = [name for name in shared if name.lower().replace("_", " ") in lowered or measure.base_name(name) in bases]
    return max(named, key=len) if named else next((name for name in measures.headline if name in shared), None)


def _direction(text: str) -> str | None:
    return next((word for word, pattern in _SAYS if pattern.search(text)), None)


def _word(said: str | None, test: apart.Test, column: Column) -> str:
    """What the numbers say to what was said; a difference that was not shown confirms nothing but that."""
    shown = test.word == "differs"
    if said is None or test.word == "cannot tell":
        return UNDECIDED
    if said == "same":
        return REFUTED if shown else UNDECIDED
    if not shown:
        return UNDECIDED
    if said in ("better", "worse"):
        if column.higher_is_better is None:
            return UNDECIDED
        higher = column.higher_is_better == (said == "better")
    else:
        higher = said == "higher"
    return CONFIRMED if (test.difference > 0) == higher else REFUTED
