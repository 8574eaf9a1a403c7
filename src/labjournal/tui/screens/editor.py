"""What do you make of it? Words on a run, an entry or the day: an editor, and beside it how they will read.

All letters type. The text is kept every two seconds as a draft, which survives a kill of the app or of the line;
``esc`` writes the entry down, and ``u`` takes it back. Nothing is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import TextArea

from labjournal.errors import InputError, JournalError
from labjournal.tui import external
from labjournal.tui.base_app import size_classes
from labjournal.tui.drafts import Drafts
from labjournal.tui.prose import NO_LINKS, prose_lines
from labjournal.tui.reading_links import LINK, Link
from labjournal.tui.text import Line
from labjournal.tui.widgets.key_line import KeyLine
from labjournal.tui.widgets.lines import Lines
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.typing_boxes import TextBox

KEEP_S = 2.0
"""Seconds between two looks at whether the draft changed."""
_REST_S = 0.3
"""Keys rest for so long before links are looked up again."""
LookUp = Callable[[str], Awaitable[Mapping[str, Link]]]
_KEYS = (
    ("escape", "write_down"),
    ("ctrl+e", "external"),
    ("ctrl+t", "kind"),
    ("ctrl+p", "preview"),
    ("ctrl+d", "discard"),
)
_HINTS = (("esc", "save"), ("^d", "drop it"), ("^t", "kind"), ("^p", "preview"), ("^e", "$EDITOR"))


@dataclass(frozen=True, slots=True)
class Written:
    """What came out of the editor."""

    text: str
    kind: str


class _Writing(TextBox):
    """Where the text stands; what closes the editor waits until all that was typed before is in it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding(key, f"screen.{action}") for key, action in _KEYS]


class Editor(ModalScreen[Written | None]):
    """One text, full screen; None when there is nothing to write down."""

    DEFAULT_CSS = """
    Editor { background: $background; }
    Editor Horizontal { height: 1fr; }
    Editor TextArea { border: none; padding: 0 1; height: 1fr; background: $background; }
    Editor TextArea:focus { border: none; }
    Editor #preview { display: none; margin-left: 2; }
    Editor.-w120 #preview, Editor.-preview #preview { display: block; }
    Editor.-w120.-plain #preview { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding(key, action) for key, action in _KEYS]

    def __init__(
        self,
        about: str,
        drafts: Drafts,
        key: str,
        text: str = "",
        kinds: Sequence[str] = ("note",),
        names: Callable[[], Sequence[str]] = tuple,
        look_up: LookUp | None = None,
        template: Callable[[str], str] = lambda kind: "",
    ) -> None:
        """An editor.

        Args:
            about: What is written, and on what: the title.
            drafts: Where the text is kept while it is written.
            key: Names the draft.
            text: What it begins with when there is no draft.
            kinds: Kinds to choose among, the first at first; only one: it stays.
            names: Names that ``@`` and ``[[`` complete to, newest first.
            look_up: What the links of a text stand for today.
            template: What an entry of a kind should tell.
        """
        super().__init__()
        self._about, self._drafts, self._draft = about, drafts, key
        self._kinds, self._kind = tuple(kinds), 0
        self._names, self._template = names, template
        self._look_up, self._links = look_up, NO_LINKS
        self._kept = self._began = text
        self._area = _Writing(text)
        self._pane = Pane(about, self._area, state=self._state("nothing to keep yet"), id="write")
        self._preview = Lines(self._preview_lines)

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self._pane
            yield Pane("Preview", self._preview, state="as it will read", id="preview")
        yield KeyLine(_HINTS, quits=False)

    async def on_mount(self) -> None:
        self._area.focus()
        self._area.move_cursor(self._area.document.end)
        found = await asyncio.to_thread(self._drafts.read, self._draft)
        if found is not None and found.strip() and not self._area.text.strip().replace(self._began.strip(), ""):
            self._area.text = self._kept = found
            self._area.move_cursor(self._area.document.end)
            self._tell("a draft from before, taken up again")
        self.set_interval(KEEP_S, self._keep)

    def on_resize(self, event: events.Resize) -> None:
        for name, holds in size_classes(event.size.width, event.size.height).items():
            self.set_class(holds, name)

    @property
    def text(self) -> str:
        return self._area.text

    @property
    def kind(self) -> str:
        return self._kinds[self._kind]

    def _state(self, said: str) -> str:
        return f"{self.kind} · {said}" if len(self._kinds) > 1 else said

    def _tell(self, said: str) -> None:
        self._pane.state = self._state(said)

    async def _keep(self) -> None:
        text = self.text
        if text == self._kept or text == self._began:
            return
        kept = await asyncio.to_thread(self._drafts.keep, self._draft, text)
        self._kept = text if kept else self._kept
        self._tell("kept" if kept else "cannot be kept: is the disk full?")

    def _preview_lines(self, width: int, height: int) -> list[Line]:
        lines = prose_lines(self.text, width, links=self._links)
        # The end is where one writes.
        return lines[-height:] if lines else [[(" nothing yet", "muted")]]

    async def _look_links_up(self, look_up: LookUp) -> None:
        await asyncio.sleep(_REST_S)
        try:
            self._links = await look_up(self.text)
        except JournalError:
            return  # what was known of them stays
        self._preview.redraw()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        self._preview.redraw()
        if self._look_up is not None and LINK.search(self.text):
            self.run_worker(self._look_links_up(self._look_up), exclusive=True, group="links", exit_on_error=False)
        row, column = self._area.cursor_location
        before = self._area.document.get_line(row)[:column]
        names = _completions(before, self._names())
        if names:
            self._tell(f"tab {'  '.join(names[:4])}")
        elif self.text != self._kept:
            self._tell("not kept yet")

    def on_key(self, event: events.Key) -> None:
        if event.key == "tab":
            event.stop()
            event.prevent_default()
            row, column = self._area.cursor_location
            before = self._area.document.get_line(row)[:column]
            names = _completions(before, self._names())
            if names:
                self._area.insert(names[0][len(before) - _link_start(before) :])
            else:
                self._area.insert("  ")

    # Keys

    def action_kind(self) -> None:
        if len(self._kinds) < 2:
            return
        before = self._template(self.kind)
        self._kind = (self._kind + 1) % len(self._kinds)
        if self.text.strip() == before.strip():
            self._began = self._template(self.kind)
            self._area.text = self._began
        following = [*self._kinds[self._kind + 1 :], *self._kinds[: self._kind]]
        self._tell(f"^t next: {', '.join(following)}")

    def action_preview(self) -> None:
        self.toggle_class("-plain" if self.has_class("-w120") else "-preview")

    def action_external(self) -> None:
        try:
            self._area.text = external.edit_text(self.app, self.text).strip("\n")
        except InputError as error:
            self._tell(error.message)
        self._area.move_cursor(self._area.document.end)

    async def action_discard(self) -> None:
        await asyncio.to_thread(self._drafts.drop, self._draft)
        self.dismiss(None)

    async def action_write_down(self) -> None:
        text = self.text.strip()
        if not text or text == self._began.strip():
            await asyncio.to_thread(self._drafts.drop, self._draft)
            self.dismiss(None)
            return
        # The draft goes only when the entry was written: see whoever opened the editor.
        await asyncio.to_thread(self._drafts.keep, self._draft, self.text)
        self.dismiss(Written(text, self.kind))


def _link_start(before: str) -> int:
    """Where the name behind the last ``@`` or ``[[`` begins; past the end where none is being typed."""
    at = max(before.rfind("@") + 1, before.rfind("[[") + 2 if "[[" in before else 0)
    typed = before[at:]
    return at if at and " " not in typed and "]" not in typed else len(before) + 1


def _completions(before: str, names: Sequence[str]) -> list[str]:
    start = _link_start(before)
    if start > len(before):
        return []
    typed = before[start:]
    return [name for name in names if name.startswith(typed) and name != typed]
