"""The lines that lead in to values: a sentence, a comment, a command.

Which of them says whose the values are shows only where a text holds the same measurement more than once: the line
that stands above the one and not above the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from labjournal.parsers.above import BARE_SETTING, ONE_OF, SETTING, when_of
from labjournal.parsers.alike import OF_A_TEXT, STEP_WORDS
from labjournal.parsers.base import Draft
from labjournal.parsers.commands import PLACE_FLAGS, Command, command_in
from labjournal.parsers.context_forms import SETUP
from labjournal.parsers.names import words_of
from labjournal.parsers.stated import settings_stated

LONGEST_OWNER = 80
MOST_APART = 40
"""So many measurements, at most, may stand apart by the lines above them: more are points of a curve."""
SENTENCE = 6
"""Words of a name, at most."""
QUOTES = ("'''", '"""')
"""What opens a text in a program."""
_WORD = re.compile(r"[^\W\d_]{2}")
_CLAUSE_ENDS = re.compile(r"[,;:.!?]\s|\s(?:which|that|because|so|but|where)\s|\s[-–—]\s")
_ANNOUNCES = re.compile(r"(?:\.{2,}|…|[:：])\s*$")
_COUNTED = re.compile(r"([A-Za-z]*[_-]?)\d+")
_COUNTERS = STEP_WORDS | frozenset("e it ckpt checkpoint batch b lr".split())
_CHANGING = STEP_WORDS | frozenset("lr learning rate epsilon eps temperature time eta steps epochs best loss".split())
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
_MARKS = re.compile(r"^[\s#*>`$=~|/-]+|[\s*`=~|:：….-]+$")


def stand_apart(drafts: Sequence[Draft]) -> bool:
    """Whether measurements alike in all else each have a line above that no other has, whatever its numbers."""
    if len(drafts) > MOST_APART:
        return False
    plain = [
        {
            text if command_in(text) or _setting(text) else _COUNTED.sub(_uncounted, text)
            for text in draft.leads
            if text and (_chosen(text) or not _setting(text)) and not when_of(text)
        }
        for draft in drafts
    ]
    return all(
        own - set().union(*(other for at, other in enumerate(plain) if at != mine)) for mine, own in enumerate(plain)
    )


def _setting(text: str) -> re.Match[str] | None:
    return SETTING.fullmatch(text) or BARE_SETTING.fullmatch(text)


def _chosen(text: str) -> bool:
    """Whether a line states a setting that is chosen for a run, not one that changes while it trains."""
    found = _setting(text)
    return found is not None and _CHANGING.isdisjoint(words_of(found["name"]))


def _uncounted(found: re.Match[str]) -> str:
    """A number as a sign, but in a name such as ``S1`` or ``run-07``, which is no step of a training."""
    said = found[1].strip("_-").lower()
    return "#" if len(said) < 1 or said in _COUNTERS else found[0]


def set_apart_by_leads(drafts: Sequence[Draft], alike: Iterable[Sequence[Draft]]) -> None:
    """Gives measurements that nothing else tells apart what the lines above say of the one and not of the other."""
    told: dict[tuple[str, ...], dict[str, str]] = {}
    for same in alike:
        runs = list(dict.fromkeys(draft.leads for draft in same))
        if len(runs) > 1:
            for leads, owner in zip(runs, _owners(runs), strict=True):
                if leads and owner:
                    told.setdefault(leads, owner)
    for draft in drafts if told else ():
        said = told.get(draft.leads, {}) if not draft.saved or draft.rule in OF_A_TEXT else {}
        taken = {*draft.options.values(), draft.dataset, draft.checkpoint}
        draft.options |= {
            ("under" if key in draft.options else key): value for key, value in said.items() if value not in taken
        }


def _owners(runs: Sequence[tuple[str, ...]]) -> list[dict[str, str]]:
    own = _own_lines(runs)
    commands = [next((found for text in reversed(run) if (found := command_in(text))), None) for run in own]
    if sum(command is not None for command in commands) > 1:
        return [_told(command, [other for other in commands if other]) if command else {} for command in commands]
    settings = [_settings(run) for run in own]
    shared = set.intersection(*map(set, settings))
    differ = [name for name in settings[0] if name in shared and len({said[name] for said in settings}) > 1]
    named = shortened([_named(run) for run in own])
    if sum(map(bool, named)) > 1 and len({owner for owner in named if owner}) == 1:
        named = [""] * len(runs)  # only settings differ
    if differ and not all(named):
        named = [""] * len(runs)  # all of them have settings, not all a name
    told = [
        {"group": owner} if owner else {name: said[name] for name in differ}
        for owner, said in zip(named, settings, strict=True)
    ]
    return told if len({tuple(said.items()) for said in told}) == len(runs) else _dated(runs, told)


def _dated(runs: Sequence[tuple[str, ...]], told: list[dict[str, str]]) -> list[dict[str, str]]:
    """What is told of each run with its date, where nothing else tells all of them apart."""
    dates = [next(filter(None, map(when_of, reversed(run))), None) for run in runs]
    if len({date for date in dates if date}) < 2:
        return told
    return [said if date is None else said | {"date": date} for said, date in zip(told, dates, strict=True)]


def _own_lines(runs: Sequence[tuple[str, ...]]) -> list[list[str]]:
    """The lines of each run that no other has; where there is none, its last, if that is no other's last."""
    nearest = [next((text for text in reversed(run) if text), "") for run in runs]
    found = []
    for mine, leads in enumerate(runs):
        others = {text for at, run in enumerate(runs) if at != mine for text in run}
        own = [text for text in leads if not text or text not in others]
        if not any(own) and nearest.count(nearest[mine]) == 1:
            own = [nearest[mine]]
        found.append(own)
    return found


def _settings(texts: Sequence[str]) -> dict[str, str]:
    """The settings that lines state, alone or among words: ``Metrics for test (threshold=0.3):``."""
    alone = {at["name"]: at["value"] for text in texts if (at := _setting(text))}
    return {name: value for text in texts for name, value in settings_stated(text).items()} | alone


def _named(texts: Sequence[str]) -> str:
    """The line that names an owner: of the last paragraph the last that announces something, else the first."""
    plain = [text for text in texts if not (_setting(text) or when_of(text) or text.endswith(QUOTES))]
    last = next((list(part) for said, part in groupby(reversed(plain), bool) if said), [""])
    found = next(filter(_ANNOUNCES.search, last), last[-1])
    if (one := ONE_OF.match(found)) is not None:
        return f"{one['what']} {one['number']}"
    found = _LINK.sub(r"\1", found).replace("**", "")
    settings = SETUP.search(found)
    owner = _MARKS.sub("", found if settings is None else found[: settings.start()])
    return owner[:LONGEST_OWNER]


def shortened(owners: Sequence[str]) -> list[str]:
    """Owners without the words that all of them begin with, and of a sentence no more than its first part."""
    words = [owner.split() for owner in owners if owner]
    shared = 0
    while (
        len(words) > 1 and all(len(said) > shared + 1 for said in words) and len({said[shared] for said in words}) == 1
    ):
        shared += 1
    while shared and not all(map(_WORD.search, (said[shared] for said in words))):
        shared -= 1  # "model A", not "A"
    return [_clause(" ".join(owner.split()[shared:])) for owner in owners]


def _clause(owner: str) -> str:
    owner = owner.strip(" >:=|-")
    owner = owner[: owner.rindex("(")].rstrip() if owner.count("(") > owner.count(")") else owner
    return owner if len(owner.split()) <= SENTENCE else _CLAUSE_ENDS.split(owner, maxsplit=1)[0].strip()


def _told(command: Command, others: Sequence[Command]) -> dict[str, str]:
    """The arguments in which a command differs from the others."""
    rest = [other for other in others if other is not command]
    said = {
        name: value[:LONGEST_OWNER]
        for name, value in command.flags.items()
        if value and name not in PLACE_FLAGS and any(other.flags.get(name) != value for other in rest)
    }
    given = [word for word in command.given if any(word not in other.given for other in rest)]
    if any(other.program != command.program for other in rest):
        given.insert(0, command.program)
    named = " ".join(given)
    if len(named) > LONGEST_OWNER:
        named = " ".join(word.rsplit("/", 1)[-1] for word in given)[:LONGEST_OWNER]
    return said | ({"group": named} if named else {})
