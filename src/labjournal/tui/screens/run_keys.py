"""What the keys of a run's page do to the run: note, compare, acknowledge, bring back, stop, and why."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from labjournal import format
from labjournal.tui.feed import Feed
from labjournal.tui.messages import AckAsked, AgainAsked, CompareAsked, NoteAsked, StopAsked, VerbAsked
from labjournal.tui.open_run import OpenRun
from labjournal.tui.reading_run import RunView
from labjournal.tui.run_panes import Seen, finding
from labjournal.tui.screens.page import Page
from labjournal.tui.widgets.chart_grid import ChartGrid
from labjournal.vocabulary import RunKind


class RunKeys(Page):
    """Actions over the run that is open."""

    KEYS: ClassVar[list[BindingType]] = [
        Binding("t", "tags", "go to a curve by name"),
        Binding("e", "evidence", "why: the evidence of what was found"),
        Binding("n", "note", "note on this run"),
        Binding("c", "compare", "compare with its parent"),
        Binding("v", "validate", "validate a checkpoint of it"),
        Binding("a", "acknowledge", "acknowledge the worst finding"),
        Binding("b", "again", "bring it back: resume or retry a run that has ended"),
        Binding("X", "stop", "stop this run"),
    ]
    _grid: ChartGrid

    def __init__(self, feed: Feed, *, id: str) -> None:
        super().__init__(feed, id=id)
        self._open: OpenRun | None = None

    @property
    def _seen(self) -> Seen | None:
        return self._open.seen if self._open is not None else None

    @property
    def _view(self) -> RunView | None:
        return self._open.view if self._open is not None else None

    def action_tags(self) -> None:
        from labjournal.tui.tag_dialog import TagDialog

        self.app.push_screen(TagDialog(list(self._open.panels) if self._open is not None else []), self._go_to)

    def _go_to(self, title: str | None) -> None:
        if title is not None:
            self._grid.go_to(title)
            self._grid.focus()

    def action_evidence(self) -> None:
        from labjournal.tui.dialogs import TextDialog

        found = self._seen.open if self._seen is not None else []
        if not found:
            self.toast("no open finding")
            return
        told: list[str] = []
        for one in found:
            told += [*finding.evidence(one, [other for other in found if other.caused_by == one.rule]), ""]
        self.app.push_screen(TextDialog(format.plural(len(found), "open finding"), told[:-1]))

    def action_note(self) -> None:
        if self._view is not None:
            self.post_message(NoteAsked((self._view.run.id,), self._view.run.name))

    def action_compare(self) -> None:
        if self._view is not None:
            run = self._view.run
            self.post_message(CompareAsked((run.id,) if run.parent is None else (run.parent, run.id)))

    def action_validate(self) -> None:
        if self._view is None:
            return
        run = self._view.run
        if run.kind is RunKind.VALIDATE:
            self.toast("a training run is what can be validated")
        else:
            self.post_message(VerbAsked(f"validate {run.id[-6:].lower()}:latest "))

    def action_acknowledge(self) -> None:
        found = self._seen.open if self._seen is not None else []
        if found:
            self.post_message(AckAsked(found[0].id, f"{found[0].rule} in {found[0].subject}"))
        else:
            self.toast("no open finding")

    def action_again(self) -> None:
        if self._view is None:
            return
        run = self._view.run
        if run.status.ended:
            self.post_message(AgainAsked(run.id))
        else:
            self.toast(f"{run.name} is {run.status.lower()}; b is for runs that have ended")

    def action_stop(self) -> None:
        if self._view is None:
            return
        run = self._view.run
        if run.status.ended:
            self.toast(f"{run.name} has ended already: {run.status.lower()}")
        else:
            self.post_message(StopAsked(run.id, run.name))
