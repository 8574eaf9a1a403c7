"""Command lines in what a terminal showed: which checkpoint and data set a program was called with."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from labjournal.importers.places import NOWHERE, Names, Place, checkpoint_in
from labjournal.importers.switches import options_in

_CALLED = re.compile(
    r"(?:^|[$%#>❯]\s+)(?P<words>(?:[A-Z_]+=\S+\s+)*(?:python[\d.]*|torchrun|accelerate\s+launch|uv\s+run|\./\S+|\S+\.(?:py|sh))"
    r"\s+[^|<>;&]*--?\w[^|<>;&]*)"
)
_CHECKPOINT = frozenset("checkpoint ckpt chkpt step resume weights model-checkpoint checkpoint-path ckpt-path".split())
_SET = re.compile(
    r"^(?:(?:val|validation|test|eval)[-_]?)?(?:data-?set|data|file|set|split)(?:[-_](?:name|path|file))?$"
)
_RATIO = re.compile(r"(?<!\d)(\d{1,4})(?:_|-|to|x)(\d{1,5})(?!\d)")


def called(text: str, names: Names) -> Place | None:
    """What the command line in a line says of its results; None where the line holds no command."""
    match = _CALLED.search(text) if len(text) < 2_000 else None
    if match is None:
        return None
    place = NOWHERE
    for name, value in _flags(match["words"]):
        if name in _CHECKPOINT and value:
            number = value if value.isdecimal() else None
            place = place.under(Place(f"checkpoint-{int(number)}" if number else checkpoint_in(value, heading=True)))
        elif _SET.match(name) and value:
            place = place.under(Place(dataset=_set_in(value, names)))
        else:
            off = name.startswith(("no-", "without-", "disable-"))
            word = re.sub(r"^(?:no|without|disable|use|with|enable)-", "", name)
            said = options_in(f"{word.replace('-', ' ')} {value or 'on'}")
            if "numeric" in said:
                place = place.under(Place(options={"numeric": "off" if off else said["numeric"]}))
    return place


def _flags(words: str) -> Iterator[tuple[str, str | None]]:
    try:
        parts: Sequence[str] = shlex.split(words)
    except ValueError:
        parts = words.split()
    for at, part in enumerate(parts):
        if not part.startswith("--"):
            continue
        name, equals, value = part[2:].partition("=")
        after = parts[at + 1] if at + 1 < len(parts) and not parts[at + 1].startswith("-") else None
        yield name.lower().replace("_", "-"), value if equals else after


def _set_in(value: str, names: Names) -> str | None:
    """A set the diary knows by that name: the file ``val_1_10.jsonl`` is the set 1:10."""
    stem = re.sub(r"\.\w{1,7}$", "", value.rstrip("/").rpartition("/")[2])
    ratio = _RATIO.search(stem)
    if ratio is not None and names.knows(f"{ratio[1]}:{ratio[2]}"):
        return f"{ratio[1]}:{ratio[2]}"
    return names.dataset_in(f"{stem.replace('_', ' ')} dataset") if names.knows(stem) else None
