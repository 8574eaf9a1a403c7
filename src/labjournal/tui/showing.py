"""What is on the screen in other forms: in words, in the clipboard, in a file, in the editor; and what keys do here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from textual.binding import Binding

from labjournal import format
from labjournal.errors import JournalError
from labjournal.tui.commanding import CommandingApp, KeyMeaning
from labjournal.tui.main_screen import MainScreen
from labjournal.tui.screens.page import Page


class ShowingApp(CommandingApp):
    """An app whose page can be taken elsewhere."""

    @property
    def main(self) -> MainScreen:
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @property
    def page(self) -> Page:
        """The page in sight."""
        found = self.main.pages.visible_content
        assert isinstance(found, Page)
        return found

    def action_words(self) -> None:
        from labjournal.tui.dialogs import TextDialog

        self.push_screen(TextDialog("In words", [self.page.say() or "Nothing to say here."]))

    def action_copy(self) -> None:
        text = self.page.copied()
        self.copy_to_clipboard(text)
        self.say(f"copied {format.plural(len(text.splitlines()), 'line')}" if text else "nothing to copy here")

    def action_write_out(self) -> None:
        if self.refused():
            return
        from labjournal.tui.dialogs import LineDialog
        from labjournal.tui.written import kinds, write_out

        page = self.page
        stamp = datetime.fromtimestamp(self.clock()).strftime("%Y%m%d-%H%M")
        name = f"{(page.id or 'page').lower()}-{stamp}.{page.WRITES[0]}"

        async def write(name: str) -> None:
            file = Path(name).expanduser()
            try:
                content = await page.written(file.suffix.removeprefix(".").lower())
                if content is None:
                    content = kinds(self, file.suffix)
            except JournalError as error:
                self.say(str(error).replace("\n", " "), "warning")
                return
            if await self.attempt(lambda: write_out(file, content)) is not None:
                self.say(f"written: {file}")

        def take(name: str | None) -> None:
            if name and name.strip():
                self.work(write(name.strip()))

        endings = " ".join(f".{one}" for one in (*page.WRITES, "txt", "svg"))
        self.push_screen(LineDialog(f"Write out as {endings}", "a file", name), take)

    def action_editor(self) -> None:
        from labjournal.tui import external

        if self.refused():
            return
        found = self.page.editable()
        if found is None:
            self.say("nothing to open here")
            return
        try:
            if isinstance(found, Path):
                external.edit_file(self, found)
            else:
                external.edit_text(self, found)
        except JournalError as error:
            self.say(str(error).replace("\n", " "), "warning")

    def action_keys(self) -> None:
        from labjournal.tui.dialogs import TextDialog, key_words

        self.push_screen(TextDialog("Keys", key_words((m[0], m[1]) for m in self.key_meanings()), prose=False))

    def key_meanings(self) -> Iterator[KeyMeaning]:
        """What keys do here: the focused pane first, then the page, then the app."""
        focused = self.main.focused
        chain = [*(focused.ancestors_with_self if focused is not None else [self.page]), self]
        seen: set[str] = set()
        for node in chain:
            for binding in getattr(type(node), "BINDINGS", []):
                if isinstance(binding, Binding) and binding.description and binding.key not in seen:
                    seen.add(binding.key)
                    yield (binding.key, binding.description, binding.action, node)
