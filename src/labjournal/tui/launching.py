"""What a launch form holds: read back from $EDITOR, made into a request, and what there is to begin from."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from labjournal.errors import InputError, JournalError
from labjournal.tui.feed import Source

if TYPE_CHECKING:
    from labjournal.model import Run
    from labjournal.runner.request import LaunchRequest, Parent, Queueing

_MOST_COMMANDS = 30
_ANY = ":any"


@dataclass(frozen=True, slots=True)
class Form:
    """As typed; everything but the command may be empty."""

    command: str = ""
    settings: str = ""
    """``lr=3e-4 seed=2``."""
    reason: str = ""
    expect: str = ""
    name: str = ""
    gpus: str = ""
    """``2``, or ``1 20G``: so many, or so much of each."""
    queue: str = ""
    """Empty starts at once; ``yes``, ``priority 5``, ``after REF``."""
    time: str = ""
    parent: str = ""
    """``REF:STEP`` of the run it is a fork of."""


FIELDS: Mapping[str, str] = {
    "command": "python train.py --lr {lr}",
    "settings": "lr=3e-4 seed=2: recorded, and fills {lr}",
    "reason": "why you run it; kept beside the outcome",
    "expect": "what should come out: accuracy > 0.9",
    "name": "left empty, one is made up",
    "gpus": "2, or 1 20G; empty leaves it to the command",
    "queue": "empty: at once; yes; after REF; priority 5",
    "time": "end it after: 90s, 15m, 2h",
    "parent": "REF:STEP it starts from",
}
"""Field -> what stands there while it is empty."""


def as_text(form: Form) -> str:
    """The form for an editor: a field a line."""
    lines = [f"{name}: {getattr(form, name)}".rstrip() for name in FIELDS]
    hints = [f"#   {name}: {hint}" for name, hint in FIELDS.items()]
    return "\n".join([*lines, "", "# Save and leave: this only fills the form, nothing is started by it.", *hints, ""])


def from_text(text: str) -> Form:
    """The form as it came back; lines that are no field continue the one before."""
    values: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, colon, value = line.partition(":")
        if colon and name.strip() in FIELDS:
            last = name.strip()
            values[last] = value.strip()
        elif last and line.strip():
            values[last] = f"{values[last]} {line.strip()}".strip()
    return Form(**values)


def request(form: Form, parent: Parent | None = None, queue: Queueing | None = None) -> LaunchRequest:
    """What the form asks for. Raises InputError for what cannot be meant."""
    from labjournal.runner import commands
    from labjournal.runner.request import LaunchRequest, Queueing

    words = _words(form.command, "command")
    if not words:
        raise InputError("No command was given.", "For instance: python train.py")
    count, memory = gpus(form.gpus)
    if memory is not None:
        # Less than a whole GPU is shared with others, and who shares it is the queue's business.
        queue = (queue or Queueing())._replace(gpu_memory_bytes=memory)
    return LaunchRequest(
        command=tuple(words),
        cwd=os.getcwd(),
        name=form.name or None,
        reason=form.reason or None,
        parent=parent,
        settings=commands.pairs(_words(form.settings, "settings"), "settings"),
        expect=(form.expect,) if form.expect else (),
        gpus=count,
        time_limit_s=commands.seconds(form.time or None, "time"),
        queue=queue,
    )


def troubles(source: Source, form: Form) -> dict[str, str]:
    """What is wrong in which field, all of it, in the order of the fields; asked on the reading thread."""
    from labjournal.judging import grammar
    from labjournal.runner import commands

    looks: Mapping[str, Callable[[], object]] = {
        "command": lambda: _words(form.command, "command"),
        "settings": lambda: commands.pairs(_words(form.settings, "settings"), "settings"),
        "expect": lambda: grammar.parse(form.expect) if form.expect else None,
        "gpus": lambda: gpus(form.gpus),
        "queue": lambda: queueing(source, form.queue),
        "time": lambda: commands.seconds(form.time or None, "time"),
        "parent": lambda: parent_of(source, form.parent),
    }
    found = {} if form.command else {"command": "No command was given: python train.py, for instance."}
    for name, look in looks.items():
        try:
            look()
        except JournalError as error:
            found.setdefault(name, f"{error.message} {error.hint or ''}".strip())
    return {name: found[name] for name in FIELDS if name in found}


def gpus(text: str) -> tuple[int | None, int | None]:
    """(how many, bytes of each) of ``2`` or ``1 20G``; None where nothing is said. Raises InputError."""
    from labjournal.runner import commands

    count, _, memory = text.partition(" ")
    if count and not count.isdecimal():
        raise InputError(f"{count!r} is no number of GPUs.", "Write 2, or 1 20G for so much of one.")
    return int(count) if count else None, commands.memory_bytes(memory, "gpus") if memory.strip() else None


def queueing(source: Source, text: str) -> Queueing | None:
    """How a run waits, as the form says it; None starts it at once. Raises InputError, NotFoundError."""
    from labjournal.runner.request import Queueing

    words = text.split()
    if not words or words[0] in ("no", "now"):
        return None
    asked = Queueing()
    left = iter(words)
    for word in left:
        value = next(left, "") if word in ("after", "priority") else ""
        if word == "after" and value:
            run = source.store.resolve(value.removesuffix(_ANY)).id
            asked = asked._replace(after=(*asked.after, (run, value.endswith(_ANY))))
        elif word == "priority" and value.removeprefix("-").isdecimal():
            asked = asked._replace(priority=int(value))
        elif word not in ("yes", "queue"):
            raise InputError(f"The queue does not know {f'{word} {value}'.strip()!r}.", "yes, after REF, priority 5")
    return asked


def _words(text: str, field: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise InputError(f"The {field} cannot be split into words: {error}.", "Close every quote.") from error


@dataclass(frozen=True, slots=True)
class Beginnings:
    """What a form can begin from."""

    form: Form
    commands: tuple[str, ...]
    """Templates of the configuration, then commands launched before, newest first."""
    fork_of: str | None = None
    """Name of the run that is forked."""


def beginnings(source: Source, fork_of: str | None, templates: Sequence[str] = ()) -> Beginnings:
    """Read on the reading thread: the newest commands, or the run that is forked."""
    runs = source.store.runs(limit=200)
    own = [run for run in runs if run.kind != "validate" and run.command]
    texts = list(dict.fromkeys([*templates, *(shlex.join(run.command) for run in own)]))[:_MOST_COMMANDS]
    if fork_of is None:
        return Beginnings(Form(command=texts[0] if texts else ""), tuple(texts))
    run = source.store.run(fork_of)
    return Beginnings(_fork(run, source), tuple(texts), run.name)


def _fork(run: Run, source: Source) -> Form:
    stated = {name: value for name, value in run.settings.items() if run.settings_from.get(name) == "stated"}
    settings = shlex.join(f"{name}={value}" for name, value in stated.items())
    has = any(one.current for one in source.store.checkpoints(run.id))
    return Form(
        command=shlex.join(run.command),
        settings=settings,
        parent=f"{run.name}:latest" if has else run.name,
        expect=run.expect[0] if run.expect else "",
    )


def parent_of(source: Source, start: str) -> Parent | None:
    """What ``REF:STEP`` names. Raises NotFoundError."""
    if not start:
        return None
    from labjournal.runner import subjects, written_over
    from labjournal.runner.request import Parent
    from labjournal.store import references

    name, selector = references.split(start)
    run = source.store.resolve(name)
    if selector is None:
        return Parent(run.id)
    checkpoint = written_over.own(source.store, run, subjects.one(source.store, run, selector))
    return Parent(run.id, checkpoint.step, subjects.path_of(run, checkpoint))


def with_field(form: Form, name: str, value: str) -> Form:
    """The form with another value in a field."""
    assert name in {field.name for field in fields(form)}
    return replace(form, **{name: value})
