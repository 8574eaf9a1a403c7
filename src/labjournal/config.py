"""labjournal's own configuration: flag > environment > ``labjournal.toml`` > the user's file > default.

An unknown key is an error that names the nearest known one: a misspelt key that does nothing fools its writer.
Sections are named tuples: as dataclasses they cost every launch 4 ms more.
"""

from __future__ import annotations

import os
import time
import types
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from labjournal.errors import InputError

FILE = "labjournal.toml"
ENV_PREFIX = "LABJOURNAL_"
_NOTHING: Mapping[str, Any] = types.MappingProxyType({})


class JournalConfig(NamedTuple):
    name: str | None = None


class CodeConfig(NamedTuple):
    untracked_file_mb: float = 1.0
    untracked_total_mb: float = 20.0
    exclude: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    drift: str = "freeze"
    link: tuple[str, ...] = ("data", "datasets")
    worktree_mb: float = 2000.0


class QueueConfig(NamedTuple):
    at_once: int = 1
    stop_after: int = 3


class RunConfig(NamedTuple):
    stop_int_s: float = 10.0
    stop_term_s: float = 10.0
    launcher: str = "local"
    """local or slurm, where ``--launcher`` says nothing."""
    logdir: str | None = None
    templates: Mapping[str, str] = _NOTHING


class ResumeConfig(NamedTuple):
    command: str | None = None
    automatic: bool = False
    """Whether a run that was lost to a power cut goes on by itself at the next call."""


class SlurmConfig(NamedTuple):
    options: Mapping[str, str] = _NOTHING
    """What sbatch is always told, as ``partition = "gpu"``; ``--launcher-opt`` wins."""
    warn_s: int = 60
    """So long before its end a job's processes are told by ``signal``, if they have a handler for it."""
    signal: str = "USR1"
    requeue: bool = False
    """Whether a job that reaches its time limit waits for its turn again, to go on from its newest checkpoint."""


class NotifyConfig(NamedTuple):
    on: tuple[str, ...] = ("end", "failure", "alarm", "late", "gate")
    bell: bool = False
    """Of the terminal that the run was launched from."""
    desktop: bool = False
    command: str | None = None
    """Filled with {name}, {what}, {text} and {run}."""
    webhook: str | None = None
    """A URL that JSON is posted to, or ``$NAME`` of an environment variable that holds it."""
    quiet: str | None = None
    """``22:00-07:00``, in the machine's local time: what comes then is told afterwards."""

    @property
    def quiet_minutes(self) -> tuple[int, int] | None:
        """Begin and end of the quiet hours in minutes of the day. Raises ValueError for what is no span of a day."""
        if self.quiet is None:
            return None
        begin, end = (time.strptime(part.strip(), "%H:%M") for part in self.quiet.split("-"))
        return begin.tm_hour * 60 + begin.tm_min, end.tm_hour * 60 + end.tm_min


class ValidateConfig(NamedTuple):
    command: str | None = None


class DatasetConfig(NamedTuple):
    path: str | None = None
    role: str | None = None


class ResultRule(NamedTuple):
    """A person's own format: a regular expression whose named groups are metrics, dataset, checkpoint, n."""

    pattern: str = ""
    name: str | None = None
    role: str = "unassigned"


class OwnMetricConfig(NamedTuple):
    """A metric of one's own: arithmetic over counts."""

    formula: str = ""
    direction: str | None = None
    unit: str = ""


class ResultsConfig(NamedTuple):
    off: tuple[str, ...] = ()
    signal: str | None = None
    files: tuple[str, ...] = ()
    rule: tuple[ResultRule, ...] = ()
    metric: Mapping[str, OwnMetricConfig] = _NOTHING
    metrics_file: str | None = None
    """Absolute once loaded: what is stated in a project is relative to it."""


class WatchConfig(NamedTuple):
    enabled: bool = True
    frozen: tuple[str, ...] = ()


class ChecksConfig(NamedTuple):
    off: tuple[str, ...] = ()
    level: Mapping[str, str] = _NOTHING


class TableConfig(NamedTuple):
    rows: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    at: str = "last"
    baseline: str | None = None
    options: Mapping[str, str] = _NOTHING
    by: str | None = None
    labels: Mapping[str, str] = _NOTHING
    digits: int | None = None
    interval: str = "range"
    caption: str | None = None


class DiaryConfig(NamedTuple):
    export: str = "entries"
    file: str | None = None
    hide: tuple[str, ...] = ()
    templates: Mapping[str, str] = _NOTHING


class TuiConfig(NamedTuple):
    theme: str = "dark"
    glyphs: str = "auto"


class Config(NamedTuple):
    """Everything that can be configured, with its defaults; see docs/formats.md for the meaning of each key."""

    journal: JournalConfig = JournalConfig()
    code: CodeConfig = CodeConfig()
    run: RunConfig = RunConfig()
    queue: QueueConfig = QueueConfig()
    resume: ResumeConfig = ResumeConfig()
    slurm: SlurmConfig = SlurmConfig()
    notify: NotifyConfig = NotifyConfig()
    validate: ValidateConfig = ValidateConfig()
    datasets: Mapping[str, DatasetConfig] = _NOTHING
    results: ResultsConfig = ResultsConfig()
    watch: WatchConfig = WatchConfig()
    checks: ChecksConfig = ChecksConfig()
    identities: Mapping[str, str] = _NOTHING
    laws: Mapping[str, str] = _NOTHING
    tables: Mapping[str, TableConfig] = _NOTHING
    diary: DiaryConfig = DiaryConfig()
    tui: TuiConfig = TuiConfig()


def load(project: Path, environment: Mapping[str, str] | None = None) -> Config:
    """The configuration of a project folder. Raises InputError naming file and key."""
    layers = [_read(user_file()), _project_table(project), _from_environment(environment or os.environ)]
    merged: dict[str, Any] = {}
    for where, table in layers:
        if table:
            build(Config, table, where, "")  # complain with the name of the file that holds the mistake
            merged = _merge(merged, table)
    config = typing.cast(Config, build(Config, merged, FILE, ""))
    _refuse_patterns(config.results.rule)
    _refuse_notify(config.notify)
    own = config.results.metrics_file
    return config if own is None else config._replace(results=config.results._replace(metrics_file=str(project / own)))


def _refuse_notify(notify: NotifyConfig) -> None:
    """Complain of what could tell nobody when it is needed."""
    try:
        _ = notify.quiet_minutes
    except ValueError as error:
        raise InputError(f"[notify] quiet: {notify.quiet!r} is no span of a day.", 'As in "22:00-07:00".') from error
    if notify.webhook is not None and not notify.webhook.startswith(("https://", "http://", "$")):
        raise InputError(
            f"[notify] webhook: {notify.webhook!r} is no URL.",
            'Give "https://…", or "$NAME" of an environment variable that holds it.',
        )


def _refuse_patterns(rules: Iterable[ResultRule]) -> None:
    """Complain of a pattern that is none before anything is read by it."""
    import re

    for rule in rules:
        try:
            re.compile(rule.pattern)
        except re.error as error:
            raise InputError(
                f"[[results.rule]]: {rule.pattern!r} is no regular expression: {error}.",
                "Write it in single quotes, so that TOML leaves the backslashes alone.",
            ) from error


def user_file() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "labjournal" / "config.toml"


def _project_table(project: Path) -> tuple[str, dict[str, Any]]:
    own = project / FILE
    if own.is_file():
        return _read(own)
    pyproject = project / "pyproject.toml"
    if pyproject.is_file() and b"[tool.labjournal" in pyproject.read_bytes():
        where, table = _read(pyproject)
        return where, table.get("tool", {}).get("labjournal", {})
    return str(own), {}


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return str(path), {}
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    import tomllib  # 5 ms: only where there is a file to read

    try:
        return str(path), tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid TOML: {error}.") from error


def _from_environment(environment: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """``LABJOURNAL_TUI_THEME=light``: plain values of fixed sections only."""
    table: dict[str, Any] = {}
    hints = typing.get_type_hints(Config)
    for section, kind in hints.items():
        if not _is_section(kind):
            continue
        for key in kind._fields:
            text = environment.get(f"{ENV_PREFIX}{section}_{key}".upper())
            if text is not None:
                table.setdefault(section, {})[key] = _from_text(text, typing.get_type_hints(kind)[key])
    return "the environment", table


def _from_text(text: str, kind: Any) -> Any:
    if kind is bool:
        return text.lower() in ("1", "true", "yes", "on")
    if kind is float:
        try:
            return float(text)
        except ValueError:
            return text
    if kind is int:
        return int(text) if text.isdecimal() else text
    return [part for part in text.split(",") if part] if typing.get_origin(kind) is tuple else text


def _merge(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def build(kind: Any, table: Mapping[str, Any], where: str, at: str) -> Any:
    """A section from a TOML table, every key and type checked."""
    hints = typing.get_type_hints(kind)
    known = list(kind._fields)
    values: dict[str, Any] = {}
    for key, value in table.items():
        dotted = f"{at}{key}"
        if key not in hints:
            raise InputError(f"{where}: unknown key {dotted!r}.{_nearest(key, known, at)}")
        values[key] = _value(hints[key], value, where, dotted)
    return kind(**values)


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields")


def _value(kind: Any, value: Any, where: str, at: str) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if isinstance(kind, types.UnionType):
        return _value(arguments[0], value, where, at)
    if _is_section(kind):
        if isinstance(value, Mapping):
            return build(kind, value, where, f"{at}.")
    elif origin is tuple:
        if isinstance(value, list):
            return tuple(_value(arguments[0], item, where, f"{at}[{i}]") for i, item in enumerate(value))
    elif origin is Mapping:
        if isinstance(value, Mapping):
            return {name: _value(arguments[1], item, where, f"{at}.{name}") for name, item in value.items()}
    elif kind is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    elif kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    elif kind is str and isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    elif kind is bool and isinstance(value, bool):
        return value
    raise InputError(f"{where}: {at} is {value!r}, which is not {_kind_name(kind)}.")


def _kind_name(kind: Any) -> str:
    if _is_section(kind) or typing.get_origin(kind) is Mapping:
        return "a table"
    return {float: "a number", int: "a whole number", str: "a text", bool: "true or false"}.get(kind, "a list")


def _nearest(key: str, known: list[str], at: str) -> str:
    import difflib

    near = difflib.get_close_matches(key, known, n=1, cutoff=0.4)
    if near:
        return f" Did you mean {at}{near[0]}?"
    return f" Known here: {', '.join(known)}."
