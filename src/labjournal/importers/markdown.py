"""A markdown diary read: entries by day, results with their place, git tags mentioned, claims, what was not understood.

Nothing is written here; `stating` makes facts of what is found.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from labjournal.importers import (
    claims,
    commands,
    dates,
    exported,
    kinds,
    leads,
    places,
    printed,
    spoken,
    switches,
    tables,
)
from labjournal.importers.document import Line, scan
from labjournal.importers.found import Document, FoundClaim, FoundEntry, FoundResult
from labjournal.importers.mojibake import repair
from labjournal.importers.outline import Section, outline, sections
from labjournal.importers.places import NOWHERE, Names, Place
from labjournal.importers.scopes import Group, Scopes
from labjournal.importers.standing import with_contrast
from labjournal.importers.trainings import with_runs, with_sets
from labjournal.parsers import ParsedResult

_TAG = re.compile(
    r"\b(?:git\s+tag|tag(?:ged|ging)?|version|release[ds]?|this\s+(?:is|will\s+be|becomes)|mark(?:ed)?|call(?:ed)?)\b"
    r"[^.\n|]{0,80}?"
    r"(?<![\w./-])`?(?P<name>v\d+(?:\.\d+)+(?:-?(?:rc|alpha|beta|a|b)\.?\d*)?)`?(?![\w-]|\.\d)",
    re.IGNORECASE,
)
_TITLE_MOST = 80
_SETUP = re.compile(
    r"^\W*(?:\d+[.)]\s*)?(?:experiment(?:al)?\s+)?(?:set-?up|configuration|config|settings?|methods?|details|parameters"
    r"|data(?:\s?set)?s?|设置|配置|数据)\W*$",
    re.IGNORECASE,
)
_LIST = re.compile(r"\s*(?:[-*+•]|\d+[.)])\s")


def read(text: str, path: str = "", year: int | None = None, last: date | None = None) -> Document:
    """Reads a diary; any text is one.

    Args:
        text: of the whole file; damage by a cp1252 round trip is repaired first.
        path: names the file in what is said about it, and the runs that are invented for its checkpoints.
        year: of the first date, for a diary that writes none.
        last: of the newest commit of the file, or None.
    """
    mended = repair(text.removeprefix("\ufeff"))
    lines = scan(mended.text)
    walk = _Walk(lines, path)
    root = outline(lines, year or _year_in(path), last)
    found = sections(root)
    results, strange = walk.results(found)
    # each heading of an export says it, and nothing needs to be concluded
    results = exported.completed(results, lines) if walk.is_export else with_sets(results, walk.names)
    results = with_runs(results, path, lines)
    results = results if walk.is_export else with_contrast(results)
    words = [_unmarked(line) for line in lines] if walk.is_export else lines
    entries = [_entry(section, words, results) for section in found]
    reports = printed.report_rows(lines)
    said_tables = tuple(tables.tables([line for line in lines if line.number not in reports]))
    return Document(
        path,
        tuple(entry for entry in entries if entry is not None),
        tuple(results),
        tuple(_git_tags(lines, walk.day_of)),
        (*walk.claims, *_table_claims(said_tables, walk.day_of)),
        tuple(sorted([*strange, *_undated(found)])),
        mended.repaired,
        tuple(lines),
        said_tables,
        tuple(text.removeprefix("\ufeff").split("\n")) if mended.repaired else (),
    )


class _Walk:
    """Goes down the lines and remembers what headings and short lines above say."""

    def __init__(self, lines: Sequence[Line], path: str) -> None:
        self._lines = lines
        self.names = Names()
        self.is_export = exported.is_export(lines)
        self.claims: list[FoundClaim] = []
        self._days: list[tuple[int, str | None]] = []
        for line in lines:
            if line.kind in ("text", "heading", "table"):
                self.names.learn(line.text)

    def day_of(self, line: int) -> str | None:
        at = bisect_right(self._days, line, key=lambda day: day[0]) - 1
        return self._days[at][1] if at >= 0 else None

    def results(self, found: Sequence[Section]) -> tuple[list[FoundResult], list[tuple[int, str, str]]]:
        self._days = [(section.first, section.mention.text if section.mention else None) for section in found]
        blocks = {block.first: block for block in printed.blocks(self._lines)}
        inside = {number for block in blocks.values() for number, _ in block.lines}
        results: list[FoundResult] = []
        strange: list[tuple[int, str, str]] = []
        scopes, group, setup = Scopes(), Group(), False
        opened: list[tuple[int, int, bool]] = [(0, 0, False)]
        """(level, results before it, names a checkpoint) of the headings above."""
        announced: tuple[int, tuple[str, str]] | None = None
        """Results before a line that announces two, and the states it gives them."""
        for at, line in enumerate(self._lines):
            if line.number in blocks:
                good, odd = printed.read(blocks[line.number])
                place = scopes.place.under(group.place(line.text))
                called = self._called(blocks[line.number])
                results += [self._result(one, place, called) for one in leads.with_role(good, self._lines, at)]
                strange += [(number, text, "looks like a result") for number, text in odd]
                if called:
                    scopes.say(replace(called[-1][1], dataset=None))  # a later output is of another set
            elif line.number in inside or line.kind in ("blank", "fence"):
                continue
            elif line.kind == "heading" and line.level <= 6:
                results, announced = _distributed(results, announced), None
                own = exported.place_of(line.level, line.title) if self.is_export else None
                place = own if own is not None else self._said(line.title, heading=True)
                scopes.enter(line.level, place)
                setup, group = _SETUP.search(line.title) is not None, Group()
                opened = [one for one in opened if one[0] < line.level]
                opened.append((line.level, len(results), place.checkpoint is not None))
            elif line.kind in ("text", "heading"):
                results, announced = _distributed(results, announced), None
                said = self._of_line(line, at, inside, scopes.place)
                states = switches.alternatives(line.text) if self._leads(at, inside) else None
                announced = (len(results), states) if states is not None else None
                if setup and said.dataset is not None and places.labels_set(line.text):
                    scopes.say_above(Place(dataset=said.dataset))  # "Setup" says it for the "Results" beside it
                elif not setup:
                    scopes.say(said)
                group = Group.of(line.text) or group
                self._prose(line, scopes.place)
                results += self._spoken(line, scopes.place)
                of_all = None if self.is_export else switches.said_of_all(line.text)
                if of_all is not None:
                    first = next((first for _, first, named in reversed(opened) if named), opened[-1][1])
                    results[first:] = [_with_numbers(result, of_all) for result in results[first:]]
                    if len(results) == first:
                        scopes.say(Place(options={"numeric": of_all}))
        results = _distributed(results, announced)
        return results, strange

    def _said(self, text: str, heading: bool = False) -> Place:
        place = places.place_of(text, heading, self.names)
        return replace(place, options=switches.full_option_names(place.options, text, self.names.numeric_adapter))

    def _of_line(self, line: Line, at: int, inside: set[int], above: Place) -> Place:
        """What a line says that is no heading of markdown: a bold line and a short one like a heading."""
        text = line.title or line.text
        state = switches.referred(text)
        if state is not None and len(above.options) == 1 and len(text) < 160 and self._leads(at, inside):
            return replace(self._said(text), options=dict.fromkeys(above.options, state))
        if line.level != 7 and not places.is_short(text):
            return places.place_of_sentence(text, self._leads(at, inside), self.names)
        place = self._said(text)
        if _LIST.match(line.text) and not self._leads(at, inside):
            place = replace(place, checkpoint=None)  # a list of files names many
        if line.level == 7 or place.checkpoint or place.dataset or place.options:
            return place
        return NOWHERE

    def _leads(self, at: int, inside: set[int]) -> bool:
        """Whether printed lines follow next."""
        for line in self._lines[at + 1 : at + 5]:
            if line.kind in ("blank", "fence"):
                continue
            return line.number in inside
        return False

    def _called(self, block: printed.Block) -> list[tuple[int, Place]]:
        """The command lines of a block by line, with what they say of the output below them."""
        found = ((number, commands.called(text, self.names)) for number, text in block.lines)
        return [(number, place) for number, place in found if place is not None]

    def _spoken(self, line: Line, place: Place) -> list[FoundResult]:
        """A measurement that stands in a sentence with all its counts."""
        if self.is_export:
            return []
        parsed = spoken.measured(line.text, line.number)
        if parsed is None:
            return []
        where = place.under(Place(dataset=self.names.dataset_in(line.text)))
        return [FoundResult(self.day_of(line.number), where, parsed, "text" if where.dataset else None)]

    def _result(self, one: printed.Printed, place: Place, called: Sequence[tuple[int, Place]] = ()) -> FoundResult:
        parsed = _with_sic(one.result)
        asked = next((said for number, said in reversed(called) if number < parsed.line), NOWHERE)
        place = place.under(asked)
        own = places.checkpoint_in(parsed.checkpoint) or parsed.checkpoint if parsed.checkpoint else None
        own = None if own and _PART.search(own) else own
        dataset = self.names.dataset_in(f"{parsed.dataset} dataset") or parsed.dataset if parsed.dataset else None
        dataset = None if asked.dataset is not None else dataset  # the diary's name for the file of the command
        options = dict(map(_option, ((k, v) for k, v in parsed.options.items() if k != "group")))
        mine = Place(own or one.step, dataset, None, options)
        where = place.under(mine)
        return FoundResult(self.day_of(parsed.line), where, parsed, "text" if where.dataset else None)

    def _prose(self, line: Line, place: Place) -> None:
        for said in claims.said_in(line.text, line.number):
            number = said.number
            self.claims.append(
                FoundClaim(
                    self.day_of(line.number),
                    line.number,
                    "prose",
                    said.sentence,
                    said.metric,
                    number.value,
                    number.digits,
                    place=place,
                )
            )


def _with_sic(parsed: ParsedResult) -> ParsedResult:
    """``Significance Improvement Characteristic (SIC)`` is the metric ``sic``, however it was spelled out."""
    name = next((name for name in parsed.metrics if name.endswith("_sic") or name.startswith("sic_")), None)
    if name is None or "sic" in parsed.metrics:
        return parsed
    metrics = {"sic" if key == name else key: value for key, value in parsed.metrics.items()}
    digits = {"sic" if key == name else key: shown for key, shown in parsed.digits.items()}
    return replace(parsed, metrics=metrics, digits=digits)


_STATES = {"enabled": "on", "yes": "on", "true": "on", "disabled": "off", "no": "off", "false": "off"}


def _option(pair: tuple[str, str]) -> tuple[str, str]:
    """``numeric_input enabled`` as a program prints it is the option ``numeric on`` of the headings."""
    name, value = pair
    return ("numeric" if name.startswith("numeric") else name), _STATES.get(value.lower(), value)


_PART = re.compile(
    r"adapter|tokenizer|optimizer|optim\b|scheduler|scaler|rng_state|vocab|config|embedding", re.IGNORECASE
)
"""A file of a part that is loaded beside the checkpoint."""


def _with_numbers(result: FoundResult, state: str) -> FoundResult:
    """The text around a result says whether the numbers were given; what a heading says of it goes first."""
    if "numeric" in result.place.options:
        return result
    return replace(result, place=replace(result.place, options={**result.place.options, "numeric": state}))


def _distributed(results: list[FoundResult], announced: tuple[int, tuple[str, str]] | None) -> list[FoundResult]:
    """The results with the two states that a line above announced, where two followed it."""
    if announced is None or len(results) - announced[0] != len(announced[1]):
        return results
    first, states = announced
    given = [
        replace(result, place=replace(result.place, options={**result.place.options, "numeric": state}))
        for result, state in zip(results[first:], states, strict=True)
    ]
    return [*results[:first], *given]


def _unmarked(line: Line) -> Line:
    """A line without the comments between which an export stands."""
    return replace(line, text="", kind="blank") if line.kind == "comment" else line


def _entry(section: Section, lines: Sequence[Line], results: Sequence[FoundResult]) -> FoundEntry | None:
    body = lines[section.first - 1 : section.last]
    inner = body[1:] if body and body[0].kind == "heading" and section.title else body
    if not any(line.kind not in ("blank", "matter", "comment", "fence") for line in body):
        return None
    words = [line for line in body if line.kind in ("text", "table", "code") or (line.kind == "heading" and line.title)]
    days_only = [line for line in body if line.kind in ("text", "table", "code", "fence")]
    if not section.title and section.mention is not None and not days_only:
        return None  # a day whose sections tell it all
    title = section.title or _first_words(words)
    text = "\n".join(line.text for line in inner).strip("\n")
    has_results = any(section.first <= result.line <= section.last for result in results)
    kind = kinds.guess(section.title, text, has_results)
    return FoundEntry(section.mention.text if section.mention else None, title, kind, section.first, section.last, text)


def _first_words(lines: Sequence[Line]) -> str:
    for line in lines:
        words = line.text.strip(" \t#*_-+>`")
        if words and dates.alone(words) is None:
            return words if len(words) <= _TITLE_MOST else words[:_TITLE_MOST].rsplit(" ", 1)[0] + " …"
    return ""


def _git_tags(lines: Sequence[Line], day_of: Any) -> Iterable[tuple[str, str | None, int]]:
    seen: set[str] = set()
    for line in lines:
        if line.kind not in ("text", "heading", "table"):
            continue
        for match in _TAG.finditer(line.text):
            if match["name"] not in seen:
                seen.add(match["name"])
                yield match["name"], day_of(line.number), line.number


def _table_claims(found: Sequence[tables.Table], day_of: Any) -> Iterable[FoundClaim]:
    for table in found:
        for row in table.rows:
            for cell in row.cells:
                yield FoundClaim(
                    day_of(cell.line),
                    cell.line,
                    "table",
                    cell.text,
                    cell.metric,
                    cell.number.value,
                    cell.number.digits,
                    cell.label,
                    row.text,
                    cell.column,
                )


def _undated(found: Sequence[Section]) -> Iterable[tuple[int, str, str]]:
    yearless = [section for section in found if section.mention is not None and section.mention.year is None]
    if yearless:
        first = yearless[0]
        assert first.mention is not None
        yield first.first, first.mention.text, f"{len(yearless)} dates without a year: give it with --year"


def _year_in(path: str) -> int | None:
    match = re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", path.replace("\\", "/").rpartition("/")[2])
    return int(match[1]) if match is not None else None
