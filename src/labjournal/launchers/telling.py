"""Running a command of the user's that is told something: by its words, its environment and its standard input."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence

_TIMEOUT_S = 20


def words(command: str, values: Mapping[str, str]) -> list[str]:
    """The command with its places filled, each word for itself: what a run says can never become another word."""
    try:
        split = shlex.split(command)
    except ValueError:
        return []
    for name, value in values.items():
        split = [word.replace(f"{{{name}}}", value) for word in split]
    return split


def run(command: Sequence[str], values: Mapping[str, str], cwd: str = "/", given: str = "") -> str | None:
    """Run it, 20 s at the most; what went wrong, in words. ``given`` is what it can read from its standard input."""
    told = {f"LABJOURNAL_NOTICE_{name.upper()}": value.replace("\0", "") for name, value in values.items()}
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **told},
            input=given.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_TIMEOUT_S,
            check=False,
            cwd=cwd,
        )
    except subprocess.TimeoutExpired:
        return f"took longer than {_TIMEOUT_S} s and was ended"
    except (OSError, ValueError, IndexError) as error:  # not installed, no desktop, not a command
        return f"could not be started: {error}"
    return f"ended with exit code {done.returncode}" if done.returncode else None
