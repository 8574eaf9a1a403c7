"""The lines between values: which of them may lead in to what follows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from labjournal.parsers.commands import LONGEST, Command, command_in
from labjournal.parsers.context_forms import CHECKPOINT, SETUP
from labjournal.parsers.headings import dated
from labjournal.parsers.log_prefix import body
from labjournal.parsers.names import words_of
from labjournal.parsers.steps import find_step
from labjournal.parsers.titles import SAYS_NOTHING

MOST = 8
"""Lines above values in which it may be said whose they are."""
SETTING = re.compile(r"\s*[-*]?\s*(?P<name>[A-Za-z][\w. -]{0,30}?)\s*[:=]\s*(?P<value>[\w.+-]{1,40})\s*[,;]?\s*")
BARE_SETTING = re.compile(r"\s*(?P<name>[a-z][\w-]*(?:\s[a-z][\w-]*){0,2})\s+(?P<value>\d[\w.+-]{0,20})\s*")
"""``hidden size 5``."""
MOST_NUMBERS = 4
LONGEST_TITLE = 100
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d_,.]*")
_DECIMAL = re.compile(r"(?<![\d.])\d+\.\d+(?![.\d])|\d\s?%")
_LASTED = re.compile(r"(?<![\d/.])\d+\s(?:epochs|iterations|steps|layers|shots?|beams|views|bits?)\W*$", re.IGNORECASE)
"""``Results (2 epochs):`` says how what follows was got."""
_LETTERED = re.compile(r"\b(?:model|variant|config|method|setting|network|system)\s(?:[A-Z]|\d{1,2})\b[\s.:…]*$")
"""``Training model A``: letters and numbers name models, too."""
ONE_OF = re.compile(
    r"\W*(?P<what>fold|split|run|subject|seed)\s?[#\[(:]?\s?(?P<number>\d{1,4})\b[\])]?:(?=\s*\S)", re.IGNORECASE
)
"""``Fold [1]: train (800) / test (200)``: which of several, and what it holds."""
_STATUS = SAYS_NOTHING | frozenset(
    """new found load loaded loading start started starting begin beginning finish evaluating validating running
    computing calculating progress checkpoint file path writing output outputs printed print following below above
    here are is shown show shows table figure stopping stopped""".split()
)
"""Words that tell what goes on, not whose values come."""
_DAY = r"(?:(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.](?:19|20)\d\d|(?:19|20)\d{6})"
_CLOCK = r"\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s?[AP]M)?"
_WHEN = re.compile(
    rf"\W*(?P<said>(?:[A-Za-z]+\W+){{0,4}}?)(?P<when>{_DAY}(?:(?:,?\s|[T@_-]){_CLOCK}|[@_-]\d{{6}})?"
    rf"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,?\s[A-Z][a-z]{{2}}\w*\s+\d\d?\s{_CLOCK}(?:\s[A-Z]{{3,4}})?\s\d{{4}})\W*",
)
"""``Train start time: Fri Jul 27 09:56:51 2018``, ``--- Run 2024-01-02 10:11 ---``: when what follows was got."""
_ENDED = frozenset(
    "end ended ending finish finished stop stopped saved updated modified done complete completed".split()
)
_PASSES = frozenset("elapsed took time seconds saved saving save wrote written eta memory".split())


@dataclass(slots=True)
class Above:
    """The lines since the last values, and those of the lines above them that lead in."""

    lines: list[str] = field(default_factory=list)
    leads: tuple[str, ...] = ()
    """Empty ones part the paragraphs."""
    when: str = ""
    """The last line since that says when what follows was got."""

    def take(self, text: str) -> Command | None:
        """Takes in a line that gives no value; the command it is or ends."""
        if self.lines and self.lines[-1].endswith("\\"):
            self.lines[-1] = f"{self.lines[-1][:-1]} {text.strip()}"[:LONGEST]
        elif text or (self.lines and self.lines[-1]):
            self.when = text if when_of(text) else self.when
            self.lines.append(text[:LONGEST])
            del self.lines[:-MOST]
        said = self.lines[-1] if self.lines else ""
        written = ("-" in said or "/" in said or ".py" in said) and not said.endswith("\\")
        return command_in(said) if written else None

    def pass_by(self, text: str) -> None:
        """The same for a line of which is known that it is no command."""
        self.lines.append(text)
        if len(self.lines) > 8 * MOST:
            del self.lines[:-MOST]

    def before(self) -> tuple[str, ...]:
        """The lines that lead in to values amid a training, which goes on."""
        return leading(self.lines[-MOST:])

    def given(self) -> tuple[str, ...]:
        """Values stand below: the lines that led in to them; none where they go on with what stood above them."""
        leads, self.lines = leading(self.lines[-MOST:]), []
        leads, self.when = ((self.when, "", *leads) if self.when else leads), ""
        self.leads = leads or self.leads
        return leads

    def end(self) -> None:
        """A section ends: nothing above it leads in to what stands below."""
        self.lines, self.leads, self.when = [], (), ""


def when_of(text: str) -> str | None:
    """When what follows was got, where a line says that and nothing else."""
    found = _WHEN.fullmatch(text) if len(text) <= 80 and ("20" in text or "19" in text) else None
    return found["when"] if found is not None and _ENDED.isdisjoint(words_of(found["said"])) else None


def leading(lines: Sequence[str]) -> tuple[str, ...]:
    """Those of the lines above values that may say whose they are."""
    found = [text.strip() for text in map(body, lines) if not text or _leads(text)]
    return tuple(found) if any(found) else ()


def _leads(text: str) -> bool:
    if not any(map(str.isalpha, text)) or text.lstrip().startswith(("```", "~~~")):
        return False
    if command_in(text) is not None or SETTING.fullmatch(text):
        return True
    if BARE_SETTING.fullmatch(text) and find_step(text) is None:
        return True
    if _LASTED.search(text) or _LETTERED.search(text) or (ONE_OF.match(text) and not _DECIMAL.search(text)):
        return True
    words = words_of(text)
    if len(_NUMBER.findall(SETUP.sub("", text))) > MOST_NUMBERS:
        return False  # a row of values
    if CHECKPOINT.search(text) or _DECIMAL.search(SETUP.sub("", text)) or find_step(text) is not None or dated(text):
        return False
    if len(text) <= LONGEST_TITLE and SETUP.search(text):
        return _PASSES.isdisjoint(words)
    return _PASSES.isdisjoint(words) and not all(word in _STATUS or word.isdigit() for word in words)
