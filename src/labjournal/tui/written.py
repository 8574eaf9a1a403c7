"""What is on the screen, written to a file: as plain text, or as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual._context import visible_screen_stack
from textual.app import App
from textual.strip import Strip

from labjournal.errors import InputError, JournalUnavailableError


def screen_strips(app: App[Any]) -> list[Strip]:
    """Every line of the screen as the terminal would get it, what shows through from behind included."""
    # Without the screens behind it, one that lets them through would draw, and keep, an empty ground.
    visible_screen_stack.set(app._background_screens)
    return app.screen._compositor.render_strips()


def screen_lines(app: App[Any]) -> list[str]:
    """Every line of the screen, without trailing spaces."""
    return ["".join(segment.text for segment in strip).rstrip() for strip in screen_strips(app)]


def kinds(app: App[Any], suffix: str) -> str:
    """The screen in the form that a file name asks for. Raises InputError for a form that is none of it."""
    if suffix == ".svg":
        return app.export_screenshot(simplify=True)
    if suffix in (".txt", ""):
        return "\n".join(screen_lines(app)) + "\n"
    raise InputError(f"This page cannot be written as {suffix}.", "As .txt or .svg it can.")


def write_out(file: Path, content: str) -> Path:
    """Write a new file, never over one that stands there. Raises JournalUnavailableError."""
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(content)
    except FileExistsError as error:
        raise JournalUnavailableError(f"{file} stands already.", "Nothing was written; give another name.") from error
    except OSError as error:
        raise JournalUnavailableError(f"{file} cannot be written: {error.strerror or error}.") from error
    return file
