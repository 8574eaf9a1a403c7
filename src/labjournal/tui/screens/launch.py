"""What shall run, why, and what is different from last time? A form; nothing starts before ``enter`` on start.

Everything but the command may stay empty. What a launch would do is looked through while one types, on a thread.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input

from labjournal import format
from labjournal.errors import JournalError
from labjournal.paths import JournalPaths
from labjournal.tui import external, launching
from labjournal.tui.base_app import glyphs_of
from labjournal.tui.drafts import Drafts
from labjournal.tui.feed import Feed
from labjournal.tui.launching import FIELDS, Beginnings, Form
from labjournal.tui.screens.page import sheet
from labjournal.tui.text import Line, cut_middle, pad, paragraph
from labjournal.tui.widgets.key_line import KeyLine
from labjournal.tui.widgets.lines import Lines
from labjournal.tui.widgets.pane import Pane
from labjournal.tui.widgets.typing_boxes import LineBox

if TYPE_CHECKING:
    from labjournal.runner.rehearsal import Rehearsal
    from labjournal.runner.request import LaunchRequest
    from labjournal.scheduler.cards import Card

_REST_S = 0.3
"""Keys rest for so long before a launch is looked through again."""
_LABEL = 11
_WORDS = {"parent": "from"}
"""What a field is called on the screen, where that is not its name."""
_MOST_CHANGES = 4
_WOULD, _AROUND = 8, 4
"""Lines of what would happen at most, and lines around it and the fields."""
_HINTS = (
    ("enter", "next, then start"),
    ("esc", "keep as draft"),
    ("^r", "commands before"),
    ("^e", "$EDITOR"),
    ("up down", "field"),
)


class LaunchScreen(ModalScreen["LaunchRequest | None"]):
    """The form of a launch; returns what is to be launched."""

    DEFAULT_CSS = sheet(__file__)
    SCOPED_CSS: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "keep as draft", priority=True),
        Binding("ctrl+e", "external", "$EDITOR", priority=True),
        Binding("ctrl+r", "earlier", "commands before", priority=True),
        # Before the field sees them: what is typed next, however fast, is for the next field.
        Binding("enter", "leave_field", "next field", show=False, priority=True),
        Binding("down", "next_field", "next field", show=False, priority=True),
        Binding("up", "field_before", "field before", show=False, priority=True),
    ]

    def __init__(self, feed: Feed, paths: JournalPaths, drafts: Drafts, fork_of: str | None = None) -> None:
        super().__init__()
        self._feed, self._paths, self._drafts, self._fork_of = feed, paths, drafts, fork_of
        self._begin: Beginnings | None = None
        self._at = -1
        self._seen: Rehearsal | None = None
        self._cards: tuple[Card, ...] | None = None
        self._no_gpus: str | None = None
        self._queued = False
        self._troubles: dict[str, str] = {}
        self._timer: Timer | None = None
        self._would = Lines(self._would_lines, id="would")
        self._start = Start(id="start")
        self._pane = Pane(
            "Launch", *self._fields(), self._would, self._start, state="nothing starts before enter on start", id="form"
        )

    def _fields(self) -> list[Horizontal]:
        rows = []
        for name, hint in FIELDS.items():
            label = Lines(lambda width, height, name=name: self._label(name))  # type: ignore[misc]
            rows.append(Horizontal(label, LineBox(hint=hint, id=name), classes="field"))
        return rows

    def _label(self, name: str) -> list[Line]:
        word = _WORDS.get(name, name)
        focused = self.focused is not None and self.focused.id == name
        bar = glyphs_of(self).focus if focused else " "
        wrong = name in self._troubles
        role = "warning" if wrong else "muted"
        sign = glyphs_of(self).warning if wrong else " "
        return [[(bar, "accent"), (f"{sign} ", "warning"), (pad(word, _LABEL - 2), "b accent" if focused else role)]]

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._pane
            yield KeyLine(_HINTS, quits=False)

    @property
    def _key(self) -> str:
        return f"{self._paths.folder} launch {self._fork_of or ''}"

    def on_resize(self) -> None:
        # In a low terminal the form, and the line that launches it, come before what would happen.
        room = self.app.size.height * 95 // 100 - len(FIELDS) - _AROUND
        self.query_one("#would").styles.height = max(1, min(_WOULD, room))

    async def on_mount(self) -> None:
        self.query_one("#command", Input).focus()
        fork_of = self._fork_of
        try:
            begin = await self._feed.ask(
                lambda source: launching.beginnings(source, fork_of, tuple(source.config.run.templates.values()))
            )
        except JournalError as error:
            begin = Beginnings(Form(), ())
            self._troubles = {"": error.message}
        self._begin = begin
        draft = await asyncio.to_thread(self._drafts.read, self._key)
        if draft is not None:
            self._put(launching.from_text(draft))
            self._pane.state = "a draft from before, taken up again"
        else:
            self._put(begin.form)
            if begin.fork_of is not None:
                self._pane.state = f"a fork of {begin.fork_of}"

    # What stands in the form

    @property
    def form(self) -> Form:
        return Form(**{name: self.query_one(f"#{name}", Input).value.strip() for name in FIELDS})

    def _put(self, form: Form) -> None:
        for name in FIELDS:
            box = self.query_one(f"#{name}", Input)
            # What somebody typed before the journal was read is his.
            if not box.value:
                box.value = getattr(form, name)
                box.cursor_position = len(box.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_REST_S, self._look_through)

    def _look_through(self) -> None:
        self.run_worker(self._rehearse(), exclusive=True, group="rehearse", exit_on_error=False)

    async def _rehearse(self) -> None:
        from labjournal.runner.rehearsal import rehearse

        form = self.form
        if form == Form():
            self._seen, self._troubles = None, {}
            self._redraw()
            return
        if not await self._is_right(form):
            return
        try:
            request = await self._request(form)
            self._seen = await asyncio.to_thread(rehearse, request, self._paths)
            self._queued = request.queue is not None
            if request.gpus and self._cards is None:
                from labjournal.tui import reading_queue

                self._cards, self._no_gpus, _ = await asyncio.to_thread(reading_queue.cards)
        except JournalError as error:
            self._troubles = {"": f"{error.message} {error.hint or ''}".strip()}
        self._redraw()

    async def _is_right(self, form: Form) -> bool:
        """Whether nothing is wrong in any field; else all that is wrong is told at once."""
        self._troubles = await self._feed.ask(lambda source: launching.troubles(source, form))
        self._redraw()
        return not self._troubles

    def _redraw(self) -> None:
        for lines in self.query(Lines):
            lines.redraw()

    async def _request(self, form: Form) -> LaunchRequest:
        """Raises JournalError."""
        parent = await self._feed.ask(lambda source: launching.parent_of(source, form.parent))
        queue = await self._feed.ask(lambda source: launching.queueing(source, form.queue))
        return launching.request(form, parent, queue)

    def _would_lines(self, width: int, height: int) -> list[Line]:
        if self._troubles:
            wrong = [f"{_WORDS.get(name, name)}: {said}" if name else said for name, said in self._troubles.items()]
            return [line for one in wrong for line in paragraph(format.visible(one), width, "warning", lead="   ")]
        seen = self._seen
        if seen is None:
            return [[("   a command is all that is needed", "muted")]]

        def told(label: str, text: str, role: str = "text") -> Line:
            shown = cut_middle(format.visible(text), width - _LABEL - 5, glyphs_of(self).ellipsis)
            return [(pad(f"   {label}", _LABEL + 3), "muted"), (shown, role)]

        turn = "in its turn" if self._queued else "at once"
        lines = [told("would run", " ".join(seen.command)), told("as", f"{seen.name} · {seen.kind} · {turn}", "muted")]
        if cards := self._cards_lines():
            lines.append(told("gpus", " · ".join(cards), "muted"))
        if seen.left_open:
            lines.append(told("", f"nothing fills {', '.join(f'{{{one}}}' for one in seen.left_open)}", "warning"))
        if seen.unused:
            lines.append(told("", f"{', '.join(seen.unused)}: recorded, not passed on", "warning"))
        lines.append(told("code", seen.code, "muted"))
        if seen.before is None:
            lines.append(told("changes", "the first run of this command", "muted"))
        elif not seen.changes:
            lines.append(told("changes", f"none: as {seen.before} was launched, unless the code has changed"))
        else:
            count = format.plural(len(seen.changes), "change")
            lines.append(told("changes", f"{count} against {seen.before}", "b text"))
            lines += [told("", change) for change in seen.changes[:_MOST_CHANGES]]
        return lines

    def _cards_lines(self) -> list[str]:
        """Who holds which GPU, where the form asks for some."""
        try:
            asked, _ = launching.gpus(self.form.gpus)
        except JournalError:
            return []
        if not asked or self._cards is None:
            return []
        if self._no_gpus is not None:
            return [self._no_gpus]
        return [
            f"gpu {card.gpu.index} {', '.join(one.name for one in card.held.holders) or card.why_not or 'free'}"
            for card in self._cards
        ]

    # Keys

    def action_next_field(self) -> None:
        self.focus_next()

    def action_leave_field(self) -> None:
        self.focus_next()

    def action_field_before(self) -> None:
        self.focus_previous()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """``enter`` on start launches."""
        return action != "leave_field" or self.focused is not self._start

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self._redraw()

    def on_start_pressed(self) -> None:
        self.run_worker(self._begin_run(), exclusive=True, group="start", exit_on_error=False)

    async def _begin_run(self) -> None:
        await self._typed()
        form = self.form
        try:
            if not await self._is_right(form):
                self.query_one(f"#{next(iter(self._troubles))}", Input).focus()
                return
            request = await self._request(form)
        except JournalError as error:
            self._troubles = {"": f"{error.message} {error.hint or ''}".strip()}
            self._redraw()
            return
        await asyncio.to_thread(self._drafts.drop, self._key)
        self.dismiss(request)

    async def _typed(self) -> None:
        """Wait until every field has taken in what was typed into it before."""
        for box in self.query(Input):
            taken = asyncio.Event()
            box.call_later(taken.set)
            await taken.wait()

    async def action_earlier(self) -> None:
        await self._typed()
        known = self._begin.commands if self._begin is not None else ()
        if not known:
            self._pane.state = "no command was launched here yet"
            return
        self._at = (self._at + 1) % len(known)
        box = self.query_one("#command", Input)
        box.value = known[self._at]
        box.cursor_position = len(box.value)
        self._pane.state = f"command {self._at + 1} of {len(known)}"

    async def action_external(self) -> None:
        await self._typed()
        try:
            form = launching.from_text(external.edit_text(self.app, launching.as_text(self.form), ".txt"))
        except JournalError as error:
            self._troubles = {"": error.message}
            self._redraw()
            return
        for name in FIELDS:
            self.query_one(f"#{name}", Input).value = getattr(form, name)

    async def action_leave(self) -> None:
        await self._typed()
        form = self.form
        begin = self._begin.form if self._begin is not None else Form()
        if form != begin:
            await asyncio.to_thread(self._drafts.keep, self._key, launching.as_text(form))
        else:
            await asyncio.to_thread(self._drafts.drop, self._key)
        self.dismiss(None)


class Start(Lines, can_focus=True):
    """The last line of the form: ``enter`` on it launches."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "press", "start")]

    class Pressed(Message):
        """The launch is wanted."""

    def __init__(self, *, id: str) -> None:
        super().__init__(self._draw_start, id=id)

    def _draw_start(self, width: int, height: int) -> list[Line]:
        if not self.has_focus:
            return [[("   start", "muted")]]
        return [[(glyphs_of(self).focus, "accent"), ("  start", "b accent"), ("   enter launches it", "muted")]]

    def action_press(self) -> None:
        self.post_message(self.Pressed())

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()
