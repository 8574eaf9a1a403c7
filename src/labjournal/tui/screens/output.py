"""What does a verb of the command line say? Its output as it comes, in a sheet over the page.

Closing the sheet ends what only looks (follow, logs); whatever changes something is let to its end.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from labjournal import format
from labjournal.paths import JournalPaths
from labjournal.tui.messages import JournalAsked
from labjournal.tui.text import Line
from labjournal.tui.widgets.key_line import KeyLine
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.reader import Reader

_MOST_LINES = 20_000
_HINTS = (("esc", "close"), ("j k", "scroll"), ("Y", "copy"))
_ENDLESS = frozenset(("follow", "logs", "serve"))


class Output(ModalScreen[None]):
    """A command and what it prints."""

    DEFAULT_CSS = """
    Output { align: center bottom; background: $background 60%; }
    Output > Vertical { height: 85%; width: 100%; background: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace,q", "leave", "leave", show=False),
        Binding("Y", "copy", "copy"),
        Binding("o", "open", "open its journal"),
    ]

    def __init__(self, words: Sequence[str], paths: JournalPaths | None, makes: Path | None = None) -> None:
        """A verb to run; ``makes`` is the folder whose journal it makes, to be opened when it has ended well."""
        super().__init__()
        self._words, self._paths, self._makes = tuple(words), paths, makes
        self._made = False
        self._keys = KeyLine(_HINTS, quits=False)
        self._lines: list[tuple[str, str]] = []
        self._process: asyncio.subprocess.Process | None = None
        self._reader = Reader(self._drawn)
        self._pane = Pane(f"labjournal {shlex.join(words)}", self._reader, state="running")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._pane
            yield self._keys

    def on_mount(self) -> None:
        self._reader.focus()
        self.run_worker(self._run(), exit_on_error=False)

    async def _run(self) -> None:
        environ = {**os.environ, "COLUMNS": str(max(40, self.app.size.width - 2)), "NO_COLOR": "1"}
        if self._paths is not None:
            environ["LABJOURNAL_DIR"] = str(self._paths.folder)
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "labjournal",
            *self._words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environ,
            start_new_session=True,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        await asyncio.gather(self._read(process.stdout, "text"), self._read(process.stderr, "muted"))
        code = await process.wait()
        said = {0: "done", 1: "a negative answer (1)", 2: "not understood (2)", 3: "journal trouble (3)"}
        self._pane.state = said.get(code, f"ended with {code}")
        if code == 0 and self._makes is not None:
            self._made = True
            self._keys.hints = (("o", "open its journal"), *_HINTS)
        if not self._lines:
            self._take("nothing was printed", "muted")

    async def _read(self, stream: asyncio.StreamReader, role: str) -> None:
        while piece := await stream.read(65536):
            for line in piece.decode("utf-8", "replace").splitlines():
                self._take(line, role)

    def _take(self, line: str, role: str) -> None:
        self._lines.append((line, role))
        del self._lines[:-_MOST_LINES]
        self.call_after_refresh(self._reader.rewrite)

    def _drawn(self, width: int) -> list[Line]:
        return [[(" ", "text"), (format.visible(line), role)] for line, role in self._lines]

    @property
    def text(self) -> str:
        return "\n".join(line for line, _ in self._lines)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self.text)
        self._pane.state = "copied"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._made if action == "open" else True

    def action_open(self) -> None:
        if self._makes is not None:
            self.app.post_message(JournalAsked(self._makes))

    def action_leave(self) -> None:
        process = self._process
        if process is not None and process.returncode is None and self._words[:1] and self._words[0] in _ENDLESS:
            process.terminate()
        self.dismiss(None)
