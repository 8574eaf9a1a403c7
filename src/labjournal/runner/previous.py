"""The last run of the same command, and what changed since: said at every launch, so that no change goes unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from labjournal import facts
from labjournal.errors import JournalError
from labjournal.facts import Fact
from labjournal.paths import JournalPaths
from labjournal.runner import commands, environment

_LOOKED_AT = 300  # newest runs; 40 us each
_PACKAGES_NAMED = 3
_TOLD_EARLY_BYTES = 256 * 1024
"""Arguments are parsed before anything else is told."""
_LINE = 160  # two lines of a terminal


class Previous(NamedTuple):
    """The last run of the same command in the same folder."""

    id: str
    name: str
    data: Mapping[str, Any]
    """The data of its ``run`` fact."""


class Look:
    """Looks among the newest few hundred runs; what runs of one batch ask alike is looked for once."""

    def __init__(self, paths: JournalPaths, run_ids: Sequence[str]) -> None:
        self._paths = paths
        self._newest = sorted(run_ids, reverse=True)[:_LOOKED_AT]
        self._found: dict[tuple[tuple[str, ...], str], Previous | None] = {}

    def find(self, command: Sequence[str], cwd: str) -> Previous | None:
        """The newest run of the same script in the same folder."""
        asked = commands.same_command(command), cwd
        if asked not in self._found:
            self._found[asked] = _find(self._paths, self._newest, *asked)
        return self._found[asked]


def _find(paths: JournalPaths, newest: Sequence[str], same: tuple[str, ...], cwd: str) -> Previous | None:
    needle = facts.dumps(same[-1])[1:-1].encode("utf-8", "replace")
    for run_id in newest:
        fact = _launch_of(paths, run_id, needle)
        if fact is None or fact.data.get("cwd") != cwd or fact.data.get("validates"):
            continue
        earlier = fact.data.get("command")
        if isinstance(earlier, list) and earlier and commands.same_command(list(map(str, earlier))) == same:
            return Previous(run_id, str(fact.data.get("name") or run_id), fact.data)
    return None


def _launch_of(paths: JournalPaths, run_id: str, needle: bytes) -> Fact | None:
    try:
        raw = paths.run(run_id).run.read_bytes()
    except OSError:
        return None
    return facts.decode(raw) if needle in raw else None


class Changes(NamedTuple):
    """What differs from an earlier run, one sentence each."""

    settings: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    python: tuple[str, ...] = ()

    def all(self) -> list[str]:
        return [*self.settings, *self.code, *self.python]

    def lines(self) -> list[str]:
        """At most three lines, one a kind; what does not fit is counted."""
        return [_line(sentences) for sentences in self if sentences]


def _line(sentences: tuple[str, ...]) -> str:
    kept = [sentence if len(sentence) <= _LINE else f"{sentence[: _LINE - 1]}…" for sentence in sentences]
    shown: list[str] = []
    while kept and (not shown or len("; ".join([*shown, kept[0]])) <= _LINE):
        shown.append(kept.pop(0))
    return "; ".join(shown) + (f"; and {len(kept)} more" if kept else "")


def changes(
    before: Previous,
    command: tuple[str, ...],
    settings: Mapping[str, Any],
    snapshot: Mapping[str, Any],
    python: Mapping[str, Any] | None,
    paths: JournalPaths,
) -> Changes:
    """What differs from the run before: options and settings, constants in the code, Python and packages."""
    old_command = tuple(map(str, before.data.get("command") or ()))
    old = commands.settings_of(old_command, _texts(before.data.get("settings")))
    new = commands.settings_of(command, _texts(settings))
    return Changes(
        settings=_of_values(old, new, _parsed(paths, before.id) if old.keys() != new.keys() else {}),
        code=_of_code(before.data.get("snapshot") or {}, snapshot),
        python=() if python is None else _of_python(environment.read_python(paths.run(before.id)), python),
    )


def _texts(settings: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in settings.items()} if isinstance(settings, Mapping) else {}


def _parsed(paths: JournalPaths, run_id: str) -> dict[str, str]:
    """What the arguments of a run came to, defaults among them, as its process told; nothing where it told nothing."""
    for file in sorted(paths.run(run_id).facts.glob("*-watch-*.jsonl")):
        try:
            with file.open("rb") as stated:
                raw = stated.read(_TOLD_EARLY_BYTES)
        except OSError:
            continue
        for line in raw.split(b"\n"):
            fact = facts.decode(line) if b'"argparse"' in line else None
            if fact is not None and fact.kind == "settings" and isinstance(fact.data.get("values"), dict):
                values = fact.data["values"].items()
                return {commands.spelling(name): _spoken(value) for name, value in values if value is not None}
    return {}


def _spoken(value: object) -> str:
    """As `commands.options` has it: a flag is on."""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def _of_values(old: Mapping[str, str], new: Mapping[str, str], parsed: Mapping[str, str]) -> tuple[str, ...]:
    """``parsed`` has the defaults of the run before: an option given only now had a value then as well."""
    was = {commands.spelling(name): text for name, text in old.items()}
    now = {commands.spelling(name): text for name, text in new.items()}
    was |= {name: parsed[name] for name in now if name not in was and name in parsed}
    written = {commands.spelling(name): name for name in (*old, *new)}
    gone = {name: "its default" if name in parsed else "not given" for name in was}
    return tuple(
        f"{written[name]} {was.get(name, 'not given')} -> {now.get(name, gone.get(name))}"
        for name in (*now, *(name for name in was if name not in now))
        if name not in was or name not in now or commands.typed(was[name]) != commands.typed(now[name])
    )


def _of_code(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    a, b, root = old.get("commit"), new.get("commit"), new.get("root")
    if not (isinstance(a, str) and isinstance(b, str) and isinstance(root, str)) or a == b:
        return ()
    from labjournal import vcs

    try:
        found = tuple(str(change) for change in vcs.changed_constants(Path(root), a, b))
    except JournalError:  # the older commit is not here: another clone, or collected
        return (f"code {a[:7]} -> {b[:7]}",)
    return found or (f"code {a[:7]} -> {b[:7]}, no constant among it",)


def _of_python(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> tuple[str, ...]:
    if old is None:
        return ()
    lines = []
    if old.get("version") != new["version"]:
        lines.append(f"python {old.get('version')} -> {new['version']}")
    elif old.get("python") != new["python"] and old.get("packages") != new["packages"]:
        lines.append(f"python {old.get('python')} -> {new['python']}")
    was, now = old.get("packages") or {}, new["packages"]
    differ = [name for name in sorted({*was, *now}) if was.get(name) != now.get(name)]
    named = [f"{name} {was.get(name, 'absent')} -> {now.get(name, 'absent')}" for name in differ[:_PACKAGES_NAMED]]
    if named:
        more = f" and {len(differ) - len(named)} more" if len(differ) > len(named) else ""
        lines.append(f"packages: {', '.join(named)}{more}")
    return tuple(lines)


def is_twin(before: Previous, changed: Changes, snapshot: Mapping[str, Any]) -> bool:
    """Whether the run before had the same code, command, settings and packages, as far as is known."""
    commit = snapshot.get("commit")
    return not changed.all() and commit is not None and (before.data.get("snapshot") or {}).get("commit") == commit
