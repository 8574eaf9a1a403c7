"""Out to $EDITOR and back. The app is suspended meanwhile; runs go on, because none of them belongs to it."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from textual.app import App, SuspendNotSupported

from labjournal.errors import InputError


def editor() -> list[str]:
    """The command of $VISUAL or $EDITOR, else vi."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        return shlex.split(named) or ["vi"]
    except ValueError:
        return [named]


def edit_file(app: App[None], file: Path) -> None:
    """Open a file in the editor and wait. Raises InputError where that cannot be done."""
    command = [*editor(), str(file)]
    try:
        with app.suspend():
            subprocess.run(command, check=False)
    except SuspendNotSupported as error:
        raise InputError("The editor cannot be opened in this terminal.", f"File: {file}") from error
    except OSError as error:
        raise InputError(f"{command[0]} cannot be started: {error.strerror}.", "Set EDITOR.") from error


def edit_text(app: App[None], text: str, suffix: str = ".md") -> str:
    """The text as it comes back from the editor. Raises InputError."""
    with tempfile.TemporaryDirectory(prefix="labjournal-") as folder:
        file = Path(folder) / f"text{suffix}"
        file.write_text(text, encoding="utf-8")
        edit_file(app, file)
        try:
            return file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return text
