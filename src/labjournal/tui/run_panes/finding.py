"""The strip of the worst open finding: what it is, where, since when, and what to do about it.

The headline above has its message already, so the strip goes on where that stopped: the remedy.
"""

from __future__ import annotations

from collections.abc import Mapping

from labjournal import format
from labjournal.model import Finding
from labjournal.tui.look_of_runs import level_sign
from labjournal.tui.run_panes.seen import Seen
from labjournal.tui.text import Line, Span, ends, paragraph

_MOST_EVIDENCE = 12


def lines(seen: Seen, width: int) -> list[Line]:
    """One line that names it, then the way out; [] without an open finding."""
    found = seen.open
    if not found:
        return []
    worst, glyphs = found[0], seen.glyphs
    sign, role = level_sign(worst.level, glyphs)
    sign = f"!! {sign}" if seen.glyphs.is_ascii and not sign.startswith("!") else sign
    at = f", since step {format.count(worst.step)}" if worst.step is not None else ""
    head: list[Span] = [
        (f" {sign} ", role),
        (f"{worst.level}  {format.visible(worst.rule)}", f"b {role}"),
        (f"  {format.visible(worst.subject)}{at}", "text"),
    ]
    more = f"{len(found) - 1} more  " if len(found) > 1 else ""
    keys = f"{more}e why  a acknowledge " if width >= 100 else f"{more}e why "
    said = worst.remedy or "; ".join(numbers(worst.evidence)[:_MOST_EVIDENCE])
    return [
        ends(head, [(keys, "muted")], width, glyphs.ellipsis),
        *paragraph(format.visible(said), width, lead="   "),
    ]


def evidence(finding: Finding, followers: list[Finding]) -> list[str]:
    """All there is to say of a finding, paragraph by paragraph: message, remedy, numbers, what follows from it."""
    told = [f"{finding.level}: {finding.rule}, {finding.subject}", finding.message]
    if finding.remedy:
        told.append(f"What to do: {finding.remedy}")
    if finding.caused_by:
        told.append(f"Follows from {finding.caused_by}.")
    if followers:
        told.append("From it follows: " + ", ".join(f"{one.rule} ({one.subject})" for one in followers) + ".")
    known = numbers(finding.evidence)
    if known:
        told.append("Evidence: " + "; ".join(known[:_MOST_EVIDENCE]) + ".")
    seen = format.plural(finding.count, "time")
    told.append(f"First seen {format.moment_text(finding.first_seen)}, {seen}.")
    if finding.acknowledged:
        told.append(f"Acknowledged: {finding.acknowledged}")
    return told


def numbers(evidence: Mapping[str, object], most: int = 60) -> list[str]:
    """``tensors 4``: what a finding rests on, each in at most so many cells."""
    return [f"{name.replace('_', ' ')} {format.cut(_told(value), most)}" for name, value in evidence.items()]


def _told(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_told, value))
    return format.number(value) if isinstance(value, float) else format.setting(value)


def words(seen: Seen) -> str:
    """The open findings as sentences."""
    found = seen.open
    if not found:
        return "No open finding."
    return " ".join(f"{one.level}: {one.rule} in {one.subject}. {one.message} {one.remedy or ''}" for one in found)
