"""What may be said of a comparison, and what must not be concluded from it."""

from __future__ import annotations

from labjournal import format
from labjournal.compare import Table
from labjournal.tui.text import Line, paragraph

_WORD_ROLES = {
    "differs": "text",
    "no difference shown": "muted",
    "cannot tell": "warning",
    "may not be used": "warning",
}

_ALONE = "One row stands alone: nothing is held against it."
_NOTHING = "No two of these rows can be held against each other."


def lines(table: Table, width: int) -> list[Line]:
    """Claims first, each under what it is about; then the notes."""
    drawn: list[Line] = []
    for claim in table.claims:
        drawn += paragraph(format.visible(claim.title), width, "b text")
        drawn += paragraph(format.visible(claim.text), width, _WORD_ROLES.get(claim.word, "text"), lead="   ")
    if not table.claims and table.rows:
        drawn.append([(f" {_NOTHING if len(table.rows) > 1 else _ALONE}", "muted")])
    if table.notes:
        drawn += [[], [(" to keep in mind", "b muted")]]
        for note in table.notes:
            drawn += paragraph(format.visible(note), width, "muted", lead="   ")
    return drawn


def state(table: Table) -> str:
    """How the claims were tested."""
    if not table.claims:
        return ""
    paired = sum(claim.paired for claim in table.claims)
    how = "paired" if paired == len(table.claims) else "unpaired" if not paired else "some paired"
    corrected = " · Holm" if any(claim.p_corrected is not None for claim in table.claims) else ""
    return f"{format.plural(len(table.claims), 'comparison')} · {how}{corrected}"


def words(table: Table) -> str:
    """Claims and notes as sentences."""
    return " ".join([*(f"{claim.title}: {claim.text}" for claim in table.claims), *table.notes])
