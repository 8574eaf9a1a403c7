"""The ``:`` line of the app: what it offers, and what a line on it does.

A verb that has a page or a form here and nothing behind it opens that; any other line is the command line's own, run as
a process of its own whose output is shown. So every verb is reached, and none is written twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from textual.dom import DOMNode

from labjournal.tui.acting import ActingApp
from labjournal.tui.messages import LaunchAsked, NoteAsked, VerbAsked
from labjournal.tui.theme import LOOKS

if TYPE_CHECKING:
    from labjournal.tui.screens.palette import Chosen, Offer

KeyMeaning = tuple[str, str, str, DOMNode]
"""(keys, what they do, action, the node it is an action of)."""
FACES: Mapping[str, str] = {
    "ls": "page('Runs')",
    "show": "page('Run')",
    "compare": "page('Compare')",
    "diary": "page('Diary')",
    "checks": "page('Checks')",
    "study": "page('Studies')",
    "queue": "page('Queue')",
    "gpus": "page('Queue')",
    "note": "note",
    "run": "launch",
}
"""Verbs that alone on the line open a page or a form."""
NEEDS_WORDS = frozenset(
    ("validate", "stop", "resume", "retry", "adopt", "log", "diff", "tag", "retract", "import", "pull")
)
_OWN: Mapping[str, str] = {
    "theme": f"look: {', '.join(LOOKS)}",
    "reset": "reset layout: forget columns, filters, folds, marks and the last place",
    "quit": "leave; runs go on",
}
_IN_A_TERMINAL = frozenset(("tui", "completion"))
_HISTORY = 50


class CommandingApp(ActingApp):
    """An app with a ``:`` line."""

    def __init__(self, *, verbs: Mapping[str, str], **look: Any) -> None:
        """``verbs``: every verb of the command line and what it does."""
        super().__init__(**look)
        self._verbs = verbs

    def key_meanings(self) -> Iterator[KeyMeaning]:
        """What keys do here, the focused pane first."""
        raise NotImplementedError

    def action_palette(self, typed: str = "") -> None:
        from labjournal.tui.screens.palette import Palette

        self.push_screen(Palette(self._offers(), self.names(), typed, self.remembered.texts("lines")), self._take)

    def on_verb_asked(self, message: VerbAsked) -> None:
        if message.at_once:
            self.run_line(message.typed)
        else:
            self.action_palette(message.typed)

    def _offers(self) -> list[Offer]:
        from labjournal.tui.dialogs import key_name
        from labjournal.tui.screens.palette import Offer

        nodes: dict[str, DOMNode] = {}
        self._places = nodes
        offers = []
        for keys, means, action, node in self.key_meanings():
            name = f"{action}@{len(nodes)}"
            nodes[name] = node
            offers.append(Offer(means, "", key_name(keys.split(",")[0]), name))
        verbs = [Offer(verb, means, needs=verb in NEEDS_WORDS) for verb, means in self._verbs.items()]
        own = [Offer(name, means, needs=name == "theme") for name, means in _OWN.items()]
        return [*verbs, *own, *offers]

    async def _take(self, chosen: Chosen | None) -> None:
        if chosen is None:
            return
        if chosen.action is not None:
            action, _, _ = chosen.action.rpartition("@")
            await self.run_action(action, self._places[chosen.action])
            return
        before = [line for line in self.remembered.texts("lines") if line != chosen.line]
        self.remembered.set("lines", [chosen.line, *before][:_HISTORY])
        self.run_line(chosen.line)

    def run_line(self, line: str) -> None:
        """Do what a line says."""
        import shlex

        try:
            words = shlex.split(line)
        except ValueError as error:
            self.say(f"the line cannot be split into words: {error}", "warning")
            return
        if not words:
            return
        verb, rest = words[0].removeprefix("labjournal "), words[1:]
        if verb in _OWN or (verb == "q" and not rest):
            self._own(verb, rest)
        elif not rest and verb in FACES:
            self.call_later(self.run_action, FACES[verb])
        elif verb in _IN_A_TERMINAL:
            self.say(f"{verb} wants a terminal of its own: labjournal {line}", "warning")
        elif verb == "note" and set(rest) & {"-e", "--edit"}:
            self.post_message(NoteAsked((), "the journal"))
        elif verb == "run" and "--" not in rest and not any(not word.startswith("-") for word in rest):
            self.post_message(LaunchAsked())
        elif not self.refused():
            from labjournal.tui.screens.output import Output

            self.push_screen(Output(words, self.feed.paths))

    def _own(self, verb: str, rest: list[str]) -> None:
        if verb == "theme":
            name = rest[0] if rest else ""
            if name not in LOOKS:
                self.say(f"themes: {', '.join(LOOKS)}", "warning")
                return
            if self.no_color_asked is not None:
                self.say("NO_COLOR is set: no theme has colours here", "warning")
                return
            self.theme = name
            self.remembered.set("theme", name)
        elif verb == "reset":
            self.remembered.forget()
            self.say("forgotten; the app begins as new next time")
        else:
            self.call_later(self.run_action, "quit")
