"""One line's values as measurements: one for each role it speaks of, with the step and the groups that it names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from labjournal.parsers.base import Draft
from labjournal.parsers.context import Context
from labjournal.parsers.name_before import GROUPED
from labjournal.parsers.names import Name
from labjournal.parsers.numbers import parse_number
from labjournal.parsers.pairs import Pair
from labjournal.parsers.plausible import SHARES_OF_ALL
from labjournal.parsers.reading import Line, RoleName, StepKind
from labjournal.parsers.stated import settings_before, settings_stated
from labjournal.parsers.steps import find_step

_BAR = re.compile(r"\d%\|")
_BATCH = re.compile(r"[\[(]\s*(\d+)\s*/\s*(\d+)\s*[\])]")
_COUNT = re.compile(r"(?<![\w.])n\s*=\s*(\d[\d,]*)(?![\d.%])")
_BEST_STEP = re.compile(
    r"\bbest[\s_](?P<word>epoch|step|iteration|iter|round)\b\s*[:=#(]?\s*(?P<step>\d+)", re.IGNORECASE
)
_METER = re.compile(r"\s*\(\s*(?P<mean>[-+]?\d+\.\d+(?:e[-+]?\d+)?)\)")
"""The mean so far, in brackets behind the value of the last batch: ``Acc@1: 78.125 (79.234)``."""
_N = frozenset(("n", "N"))
_GOT_WITH = re.compile(r"\s*(?:[A-Za-z_][\w.]*\s?=\s?[\w.+-]+[\s,;]*)+(?:->|=>|→|➜|:|\|)\s")
"""``lr=0.1 bs=32 -> val_acc=0.81``: the settings that gave a value."""
_SPREAD = re.compile(r"\d\s?%?\s?\(?\s?(?:±|\+/-)\s?\d")
_VALIDATES = re.compile(r"\W*validation\W", re.IGNORECASE)
_LIMIT = re.compile(r"\b(?:thr|thres|thresh|threshold)\s*[:=]?\s*(\d*\.\d+)\s*[:,;|]")
_HEADED = re.compile(r"\W*(?P<word>best|final|overall)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Moment:
    """When the values of a line were measured."""

    step: tuple[StepKind, float, str] | None
    running: bool = False
    """In the middle of a pass."""
    batch: bool = False
    """The step is a batch of an epoch."""
    chosen: bool = False
    """When the best was found: no point of a curve."""
    within: bool = False
    """The step stands in front of the values."""


def drafts_of(pairs: list[Pair], line: Line, text: str, context: Context, role: RoleName, rule: str) -> list[Draft]:
    """One draft for each role a line speaks of; steps and grouping words of the line are worked in."""
    first_value = pairs[0].number.start
    pairs = _first_set_trained(pairs)
    step = find_step(text)
    options, n = _stated(text, first_value, stepped=step is not None)
    if step is None and any(pair.name.role in ("test", "validation") for pair in pairs):
        options |= settings_before(text[:first_value])
    moment = _Moment(step, running=_BAR.search(text) is not None and not (role != "unclear" and "100%" in text))
    chosen = _BEST_STEP.search(text) if step is not None else None
    if chosen is not None and find_step(text[: chosen.start()]) is None:
        options[chosen["word"].lower()] = chosen["step"]
        moment.step, moment.chosen = None, True
    batch = None if step is not None else _BATCH.search(text[:first_value])
    if batch is not None and (role == "unclear" or batch[1] != batch[2]):  # "Epoch(test) [6/6]" is the whole pass
        if role in ("test", "validation"):
            context.measuring = role, line.number
            return []  # in the middle of measuring: the whole pass counts, and its line says so
        moment = _Moment(("step", float(batch[1]), "batch"), running=True, batch=True)
    elif batch is not None:
        pairs = [_mean_so_far(pair, text) for pair in pairs]
    kept = line.number - context.titles.get("best iteration", -9) == 1  # LightGBM repeats the line it kept
    moment.within = moment.step is not None and not kept and find_step(text[:first_value]) is not None
    headed = _HEADED.match(text[: max(first_value, 0)])
    if _SPREAD.search(text) is not None:
        options["_spread"] = "stated"

    def begun(pair: Pair, own: RoleName) -> Draft:
        draft = Draft(line, line.number, [line.text], rule, role=own, options=dict(options), n=n)
        draft.running, draft.dataset = moment.running, pair.name.dataset
        draft.headline = pair.name.headline or kept or moment.chosen or headed is not None
        draft.best = pair.name.best or kept or (headed is not None and headed["word"].lower() == "best")
        _place(draft, moment)
        return draft

    return _by_role(pairs, begun, role, validates=_VALIDATES.match(text) is not None)


def _first_set_trained(pairs: list[Pair]) -> list[Pair]:
    """XGBoost's ``validation_0-auc`` beside ``validation_1-auc`` is of the first set it was given: the training's."""
    if not any(pair.name.metric.startswith("validation_1-") for pair in pairs):
        return pairs
    return [
        replace(pair, name=replace(pair.name, role="train")) if pair.name.metric.startswith("validation_0-") else pair
        for pair in pairs
    ]


def _stated(text: str, first_value: int, *, stepped: bool) -> tuple[dict[str, str], int | None]:
    """The groups and settings that a line states beside its values, and the number of samples."""
    options: dict[str, str] = {}
    n: int | None = None
    limit = _LIMIT.search(text[:first_value])
    if limit is not None:
        options["threshold"] = limit[1]
    for match in GROUPED.finditer(text):
        if match.start() > first_value and len(match[1]) == 1:
            continue
        if match[1] in _N:
            n = int(match[2][:15]) if match[1] == "n" else n
        else:
            after = "after_" if text[: match.start()].rstrip().lower().endswith("after") else ""
            options[after + (match[1] if len(match[1]) == 1 else match[1].lower())] = match[2]
    if not stepped and (stated := _GOT_WITH.match(text)) is not None and stated.end() <= first_value:
        options |= settings_stated(stated[0])
    count = _COUNT.search(text)
    return options, int(count[1].replace(",", "")[:15]) if n is None and count is not None else n


def _by_role(
    pairs: list[Pair], begun: Callable[[Pair, RoleName], Draft], role: RoleName, *, validates: bool
) -> list[Draft]:
    """The values put into a draft for each role, data set and owner; a value said twice counts once.

    ``begun`` makes the draft of the first value of one.
    """
    sibling = any(pair.name.role == "validation" for pair in pairs)
    validated = {pair.name.metric.removeprefix("val_") for pair in pairs if pair.name.role == "validation"}
    drafts: dict[tuple[RoleName, bool, str | None], Draft] = {}
    last: RoleName = role
    for pair in pairs:
        own = pair.name.role
        if own == "test" and role == "validation" and validates:
            own = role  # "VALIDATION: test loss …": what is called test here is the set that is validated on
        if own == "unclear":
            # In "loss … val_loss" the bare name is the training's; "Test accuracy …, AUC …" is all the test's.
            own = "train" if sibling and (pair.name.metric in validated or last == "unclear") else last
        last = own
        key = (own, pair.name.headline, pair.name.dataset or pair.name.of)
        if key not in drafts:
            drafts[key] = begun(pair, own)
        elif pair.name.metric in drafts[key].metrics:
            continue
        _take(drafts[key], pair, own)
    return list(drafts.values())


def _take(draft: Draft, pair: Pair, role: RoleName) -> None:
    draft.metrics[pair.name.metric] = pair.number
    draft.tags[pair.name.metric] = _tag(pair.name, role)
    if pair.name.of is not None:
        draft.options.setdefault("group", pair.name.of[:80])
    if pair.name.n is not None and draft.n is None:
        draft.n = pair.name.n
    if pair.number.fraction is not None and SHARES_OF_ALL.search(pair.name.metric):
        draft.correct = pair.number.fraction


def _place(draft: Draft, moment: _Moment) -> None:
    """Makes a draft a point of a curve or a headline beside its step."""
    if moment.step is None:
        draft.under_step = not draft.headline
    elif draft.headline and not moment.within:
        draft.options[moment.step[2].replace(" ", "_")] = f"{moment.step[1]:g}"
    else:
        draft.step, draft.reaches = moment.step[:2], not draft.headline and not moment.batch


def _mean_so_far(pair: Pair, text: str) -> Pair:
    meter = _METER.match(text, pair.number.end)
    mean = parse_number(meter["mean"]) if meter is not None else None
    return pair if mean is None else replace(pair, number=replace(mean, start=pair.number.start, end=pair.number.end))


def _tag(name: Name, role: RoleName) -> str:
    if name.tag != name.metric or role == "unclear" or name.role != "unclear":
        return name.tag
    return {"validation": "val_", "test": "test_", "train": ""}[role] + name.metric
