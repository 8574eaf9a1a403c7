"""How an entry of the diary looks: the sign and the role of its kind, the same wherever entries are shown."""

from __future__ import annotations

from labjournal.model import Entry, EntryKind
from labjournal.tui.glyphs import Glyphs
from labjournal.tui.look_of_runs import level_sign, state_span
from labjournal.tui.text import Span
from labjournal.vocabulary import Level, Status

_SIGNS = {
    EntryKind.RESULT: ("+", "text"),
    EntryKind.QUESTION: ("?", "accent"),
    EntryKind.HYPOTHESIS: ("?", "accent"),
    EntryKind.EXPECTATION: ("!", "text"),
    EntryKind.DECISION: ("=", "accent"),
    EntryKind.PLAN: (">", "accent"),
    EntryKind.CLAIM: ("=", "text"),
    EntryKind.FIX: ("+", "ok"),
    EntryKind.GIT_TAG: ("#", "muted"),
    EntryKind.NOTE: ("✎", "text"),
    EntryKind.PARAMETER_CHANGE: ("~", "text"),
}
_WARNING = (EntryKind.BUG, EntryKind.INCIDENT, EntryKind.RESTART)


def entry_sign(entry: Entry, glyphs: Glyphs) -> Span:
    """The sign of an entry and its role."""
    if entry.kind is EntryKind.ALARM:
        return level_sign(Level.ALARM, glyphs)
    if entry.kind in _WARNING:
        return level_sign(Level.WARNING, glyphs)
    if entry.kind is EntryKind.RETRACTION:
        return (glyphs.failed, "warning")
    if entry.kind is EntryKind.LAUNCH:
        return (glyphs.running, "accent")
    if entry.kind is EntryKind.END:
        words = entry.text.split(":")[0].upper().split()
        status = next((one for one in reversed(words) if one in Status.__members__), "DONE")
        sign, role = state_span(status, glyphs)
        return (sign.partition(" ")[0], role)
    if entry.automatic and entry.kind is EntryKind.NOTE:
        return (glyphs.notice, "muted")
    return _SIGNS.get(entry.kind, (glyphs.notice, "text"))
