"""Labjournal's verbs, called as a user calls them: each a process of its own, its output shown or read as JSON."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from labjournal.errors import JournalError

WIDTH = 100
Say = Callable[[str], None]


class Verbs:
    """The command line of labjournal in one folder."""

    def __init__(self, folder: Path, environment: Mapping[str, str], say: Say) -> None:
        self._folder = folder
        self._environment = environment
        self._say = say

    def show(self, *words: str) -> str:
        """Tell the line, run it, show what it prints; returns its standard output."""
        done = self._typed(words)
        for line in done.stdout.rstrip().splitlines():
            self._say(f"  {line}".rstrip())
        self._say("")
        return done.stdout

    def launch(self, *words: str) -> list[str]:
        """Tell and run a line that launches; returns the ids of the runs and shows how many there are."""
        runs = self._typed(words).stdout.split()
        self._say(f"  {runs[0]}" if len(runs) == 1 else f"  {runs[0]} … {runs[-1]} ({len(runs)} runs)")
        self._say("")
        return runs

    def _typed(self, words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        for line in _folded(f"$ labjournal {as_typed(words)}"):
            self._say(line)
        done = self._run(words)
        for line in done.stderr.splitlines():
            self._say(f"  {line}".rstrip())
        return done

    def ask(self, *words: str) -> Any:
        """What a verb says with ``--json``, read; nothing is shown."""
        return json.loads(self._run((words[0], "--json", *words[1:])).stdout)

    def quietly(self, *words: str) -> str:
        return self._run(words).stdout

    def _run(self, words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            (sys.executable, "-m", "labjournal", *words),
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode:
            raise JournalError(
                f"labjournal {as_typed(words)} ended with {done.returncode}: {(done.stderr or done.stdout).strip()}",
                f"Look at it there: cd {shlex.quote(os.fspath(self._folder))}",
            )
        return done


def _folded(line: str) -> list[str]:
    """A long command on several lines, as a shell would take it."""
    if len(line) <= WIDTH:
        return [line]
    command, _, child = line.partition(" -- ")
    parts = [command, f"    -- {child}"] if child else [command]
    return [f"{part} \\" for part in parts[:-1]] + parts[-1:]


def as_typed(words: tuple[str, ...]) -> str:
    """The words as one would type them."""
    return " ".join(word if _is_plain(word) else shlex.quote(word) for word in words)


def _is_plain(word: str) -> bool:
    """Braces within a word need no quotes in a shell, other than shlex believes."""
    return word.startswith("{") and word.endswith("}") and "," not in word and word[1:-1].isidentifier()
