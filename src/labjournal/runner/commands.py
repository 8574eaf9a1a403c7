"""Reading a command line: which script it runs, what it may be called, which options it gives."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from labjournal.errors import InputError

_SCRIPTS = (".py", ".sh", ".bash", ".zsh", ".R", ".jl", ".pl", ".lua", ".ipynb", ".exe")
_WRAPPERS = frozenset(
    "env nice ionice nohup time stdbuf taskset numactl srun mpirun mpiexec uv uvx poetry pipenv pdm hatch conda mamba "
    "micromamba pixi torchrun accelerate deepspeed composer horovodrun ray lightning fabric run launch exec sudo "
    "xvfb-run nsys ncu catchsegv".split()
)
_RUNNERS = frozenset(
    "torch.distributed.run torch.distributed.launch accelerate accelerate.commands.launch deepspeed "
    "deepspeed.launcher.runner torch_xla.distributed.xla_dist horovod.runner mpi4py mpi4py.futures pdb debugpy "
    "cProfile profile trace coverage scalene memray viztracer line_profiler kernprof torch.utils.bottleneck".split()
)
"""Modules that run another script: ``python -m torch.distributed.run train.py`` is train.py."""
_INTERPRETERS = frozenset("sh bash zsh dash ksh fish Rscript julia ipython perl lua".split())
# Patterns are texts, compiled where they are first used: most launches need none, and each costs 0.5 ms.
_PLACE = r"\{([A-Za-z_][\w.-]*)\}"
_NUMBER = r"[+-]?(\d[\d_]*\.?\d*|\.\d+)([eE][+-]?\d+)?\Z"
_GENERIC = frozenset("main run start launch cli app script job __main__".split())
# Beginnings of words; the first kind that fits decides. Looked for in the name of the script, then behind it.
_KINDS = (
    ("validate", ("valid", "eval", "test", "score", "scoring", "benchmark", "infer", "predict")),
    ("toy", ("toy", "sanity", "smoke", "overfit")),
    ("scan", ("scan", "sweep", "grid")),
    ("trial", ("trial", "hpo", "optuna")),
    ("train", ("train", "pretrain", "finetune", "fit", "sft", "dpo", "ppo", "grpo")),
)


class Script(NamedTuple):
    """What a command runs."""

    path: str
    """As written: ``train.py``, ``pkg.train`` of ``-m``, or the program itself."""
    at: int
    """Index of the word."""


def script_of(command: Sequence[str]) -> Script:
    """The word that names what is run, past interpreters and wrappers: ``torchrun --nproc 2 train.py`` is train.py."""
    for at, word in enumerate(command):
        if word in ("-m", "--module") and at + 1 < len(command):
            if command[at + 1] in _RUNNERS:
                continue
            return Script(command[at + 1], at + 1)
        if word == "-c":
            break
        if not word.startswith("-") and word.endswith(_SCRIPTS):
            return Script(word, at)
        base = os.path.basename(word)
        passed = base in _INTERPRETERS or base in _WRAPPERS or word in _RUNNERS or is_python(base)
        if not (word.startswith("-") or passed or "=" in word):
            if at == 0:
                return Script(word, 0)
            if at > 4 and not command[at - 1].startswith("-"):  # far behind: an argument, not the program
                break
    return Script(command[0], 0)


def is_python(base: str) -> bool:
    """Whether a file name is that of a Python: ``python``, ``python3.12``, ``pypy3``."""
    return base.rstrip("0123456789.") in ("python", "pypy")


def invent_name(command: Sequence[str], number: int) -> str:
    """A short readable name: the script's, or its folder's where every project has one like it, and a number."""
    path = script_of(command).path
    parts = [part for part in re.split(r"[/\\]", path) if part not in ("", ".", "..")] or ["run"]
    if re.fullmatch(r"[\w.]+", path) and not path.endswith(_SCRIPTS):
        parts = path.split(".")
    stem = os.path.splitext(parts[-1])[0] if parts[-1].endswith(_SCRIPTS) else parts[-1]
    if stem in _GENERIC and len(parts) > 1:
        stem = parts[-2]
    clean = re.sub(r"[^\w.-]+", "-", stem).strip("-.")[:40].lower()
    return f"{clean or 'run'}-{number}"


def guess_kind(command: Sequence[str]) -> str:
    """train, validate, scan, toy, trial or other, by the words of the command."""
    script = script_of(command)
    for text in (os.path.basename(script.path).lower(), " ".join(command[script.at + 1 :]).lower()):
        found = re.findall("[a-z]+", text)
        for kind, beginnings in _KINDS:
            if any(word.startswith(beginnings) for word in found):
                return kind
        if script.path.endswith(_SCRIPTS):
            break  # arguments of a script (``--val-every 10``) say little
    return "other"


def same_command(command: Sequence[str]) -> tuple[str, ...]:
    """What two command lines share when they run the same thing with other options."""
    script = script_of(command)
    return tuple(os.path.basename(word) if at == 0 else word for at, word in enumerate(command[: script.at + 1]))


def options(command: Sequence[str]) -> dict[str, str]:
    """Options behind the script as {name: text}; a flag has the text "on", other words are numbered.

    ``--lr 0.1``, ``--lr=0.1`` and ``lr=0.1`` are one. A repeated option keeps all its values.
    """
    found: dict[str, str] = {}
    words = list(command[script_of(command).at + 1 :])
    position = 0
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        bare = name.lstrip("-")
        if word.startswith("-") and bare and not re.match(_NUMBER, word):
            if not equals:
                takes = bool(words) and (not words[0].startswith("-") or re.match(_NUMBER, words[0]) is not None)
                value = words.pop(0) if takes else "on"
            _add(found, bare, value)
        elif equals and re.fullmatch(r"[+~]*[A-Za-z_][\w./-]*", name):  # Hydra's lr=0.1
            _add(found, name, value)
        else:
            position += 1
            found[f"argument {position}"] = word
    return found


def _add(found: dict[str, str], name: str, value: str) -> None:
    found[name] = f"{found[name]} {value}" if name in found else value


def settings_of(command: Sequence[str], recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a command line and recorded settings, each once: ``--log-every`` is what is kept as log_every."""
    known = {spelling(name) for name in recorded}
    told = {name: text for name, text in options(command).items() if spelling(name) not in known}
    return {**told, **recorded}


def spelling(name: str) -> str:
    """The name of a setting however it is written."""
    return name.replace("-", "_")


def places(command: Sequence[str]) -> set[str]:
    """The ``{names}`` in a command."""
    return {name for word in command for name in re.findall(_PLACE, word)}


def fill(command: Sequence[str], values: Mapping[str, str]) -> tuple[str, ...]:
    """The command with each ``{name}`` of ``values`` filled in; other braces are the command's own."""
    return tuple(
        re.sub(_PLACE, lambda place: values.get(place[1], place[0]), word) if "{" in word else word for word in command
    )


def pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """``k=v`` texts as a mapping. Raises InputError."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise InputError(f"{option} {text!r} is not of the form name=value.")
        found[name.strip()] = value
    return found


def typed(text: str) -> str | int | float | bool:
    """A setting as a number or truth value when it reads as one."""
    if re.match(_NUMBER, text):
        try:
            return int(text)
        except ValueError:
            return float(text)
    return {"true": True, "false": False}.get(text.lower(), text)


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SPAN = r"(?:(\d+(?:\.\d+)?)([smhd]))+\Z"
_CLOCK = r"(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+)\Z"


def on_alarm(text: str | None) -> str | None:
    """``stop`` or ``notify:CMD``. Raises InputError, also for a command that is not there or holds a secret."""
    import shlex
    import shutil

    from labjournal.watch.masking import masked_argv

    if text is None or text == "stop":
        return text
    how, _, command = text.partition(":")
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if how != "notify" or not words:
        raise InputError(f"--on-alarm {text!r} is neither stop nor notify:CMD.", "As in notify:'mail -s {rule} me'.")
    if shutil.which(words[0]) is None:
        raise InputError(f"--on-alarm: there is no command {words[0]!r}.", "Name it with its path.")
    if masked_argv(words) != words:
        raise InputError(
            "--on-alarm: the command holds a secret, and what is asked for is written down.",
            "Put the command into a script and name that.",
        )
    return text


def seconds(text: str | None, option: str) -> float | None:
    """``HH:MM:SS``, ``MM:SS``, ``1-12:00:00`` (days first), ``90s``, ``1h30m``. Raises InputError."""
    if text is None:
        return None
    total = 0.0
    if match := re.match(_CLOCK, text):
        days, hours, minutes, rest = (int(part or 0) for part in match.groups())
        total = days * 86400.0 + hours * 3600 + minutes * 60 + rest
    elif re.match(_SPAN, text):
        total = sum(float(number) * _UNITS[unit] for number, unit in re.findall(r"([\d.]+)([smhd])", text))
    if total <= 0:
        raise InputError(f"{option} {text!r} is no length of time.", "Write it as 01:30:00, 90s, 15m, 2h or 1d.")
    return total


_SIZES = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def memory_bytes(text: str, option: str) -> int:
    """``20G``, ``512M``, ``1.5GiB``: in powers of 1024, as GPUs are sold. Raises InputError."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT])(?:i?B)?", text.strip(), re.IGNORECASE)
    if match is None or not float(match[1]):
        raise InputError(f"{option} {text!r} is no amount of memory.", "Write it as 20G or 512M.")
    return int(float(match[1]) * _SIZES[match[2].upper()])
