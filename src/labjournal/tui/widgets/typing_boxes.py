"""Boxes to type in, where keys act in the order in which they were pressed.

Textual inserts a letter as it arrives at the box, but a key with a binding (backspace, an arrow, esc) only acts once it
has risen to the app, and one with priority before the letters that still wait for the box. On a busy machine, or with
quick fingers, a text then loses its end, and what follows is taken for keys of the page below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.widgets import Input, TextArea

if TYPE_CHECKING:
    from textual.widget import Widget
else:
    Widget = object  # styles and queries follow the first base that is a widget, and that must be the box


class _InOrder(Widget):
    """Does what a key is bound to in the box itself, when its turn comes.

    A screen's own keys belong into the ``BINDINGS`` of its box (``Binding("escape", "screen.leave")``).
    """

    async def _on_key(self, event: events.Key) -> None:
        if event.is_printable:
            return
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if binding.action.startswith(("scroll_", "page_")):  # of whatever can scroll; a line leaves it to its page
                return
            event.stop()
            event.prevent_default()
            await self.app.run_action(binding.action, self)
            return


class LineBox(_InOrder, Input):
    """One line."""

    def __init__(self, text: str = "", hint: str = "", id: str | None = None) -> None:
        super().__init__(text, placeholder=hint, id=id, select_on_focus=False)


class TextBox(_InOrder, TextArea):
    """A text of many lines."""

    def __init__(self, text: str) -> None:
        super().__init__(text, show_line_numbers=False, compact=True, tab_behavior="focus")
