"""What breaks while one looks on: a line above the key line, until somebody goes there or says later."""

from __future__ import annotations

from labjournal import format
from labjournal.tui.text import Line, Span, ends, line_width
from labjournal.tui.widgets.lines import Lines


class NewsLine(Lines):
    """The newest alarm, or run that failed or was lost, while the app was open, and how many more came with it."""

    DEFAULT_CSS = """
    NewsLine { height: 1; width: 1fr; dock: bottom; margin-bottom: 1; display: none; }
    NewsLine.-there { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(self._news, ground="tint", id="news")
        self._told: tuple[str, str, str, Span] | None = None
        self._more: set[str] = set()

    @property
    def run(self) -> str | None:
        """The run whose alarm is shown."""
        return self._told[0] if self._told is not None else None

    def tell(self, run: str, name: str, words: str, sign: Span) -> None:
        """Something broke; the newest is shown, the others are counted."""
        if self._told is not None and self._told[0] != run:
            self._more.add(self._told[0])
        self._more.discard(run)
        self._told = (run, name, words, sign)
        self.add_class("-there")
        self.redraw()

    def dismiss(self) -> bool:
        """Take the line away; False when there was none."""
        there = self._told is not None
        self._told = None
        self._more.clear()
        self.remove_class("-there")
        return there

    def seen(self, run: str) -> None:
        """Somebody went to a run: what it was about needs no line any more."""
        self._more.discard(run)
        if self.run == run and not self._more:
            self.dismiss()
        else:
            self.redraw()

    def _news(self, width: int, height: int) -> list[Line]:
        if self._told is None:
            return []
        _, name, words, (sign, role) = self._told
        start: Span = (f" {sign}", role)
        more: Line = [(f"  and {len(self._more)} more", "muted")] if self._more else []
        right: Line = [("A", "b text"), (" go   ", "muted"), ("esc", "b text"), (" later ", "muted")]
        clauses = format.visible(words).split("; ")
        while True:
            line = [start, (f"  {format.visible(name)}  {'; '.join(clauses)}", "text"), *more]
            if len(clauses) == 1 or line_width(line) + line_width(right) < width:
                return [ends(line, right, width)]
            # A clause gives way as a whole, and what to do about it last.
            clauses.pop(0)
