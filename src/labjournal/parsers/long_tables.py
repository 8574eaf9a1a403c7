"""Tables with one value a row, whose columns say what it is: R's tibbles, a melted DataFrame.

``.metric .estimator .estimate`` over ``accuracy binary 0.946``: cells may be words, so only their number in a row says
where they stand.
"""

from __future__ import annotations

import re

from labjournal.parsers.base import Claim, Cursor, Draft, body
from labjournal.parsers.columns import cell_number
from labjournal.parsers.grids import BORDER, MOST_ROWS
from labjournal.parsers.plausible import plausible
from labjournal.parsers.reading import RoleName
from labjournal.parsers.table_rows import METRIC_COLUMNS, stated

WORDS = 4
"""Of the name of a metric at most."""
_TYPES = re.compile(r"\s*(?:<\w+>\s*)+")
_LAST_FIT = re.compile(r"\blast_(?:\w+_)?fit\b")
"""tidymodels' ``last_fit`` fits to the training set and measures on the test set."""
_BESIDE = frozenset("estimator config n std_err iter std stderr se idx".split())
"""Columns that say how a value was computed, over how many folds and how it scatters."""
_VALUES = frozenset("value estimate mean score result".split())


def long_table(cursor: Cursor) -> Claim | None:
    """Rows of words and numbers under as many titles, one of which says that it names metrics."""
    first = cursor.peek()
    if first is None or len(first.text) > 400 or "etric" not in first.text or cursor.refused("long"):
        return None
    titles = [title.strip(".").lower() for title in body(first.text).split()]
    at = next((index for index, title in enumerate(titles) if title in METRIC_COLUMNS), None)
    value_at = next((index for index, title in enumerate(titles) if title in _VALUES), None)
    if at is None or value_at is None:
        return None
    role: RoleName = "test" if any(map(_LAST_FIT.search, cursor.passed)) else "unclear"
    drafts: list[Draft] = []
    used = 1
    while (ahead := cursor.peek(used)) is not None and used < MOST_ROWS:
        cells = body(ahead.text).split()
        if _TYPES.fullmatch(ahead.text) or (BORDER.match(ahead.text) and ahead.text.strip()):
            used += 1
            continue
        if len(cells) > len(titles) and cells[0].rstrip(".").isdigit():
            cells = cells[1:]
        more = len(cells) - len(titles)
        if 0 < more < WORDS and not any(map(cell_number, cells[at : at + more + 1])):
            cells[at : at + more + 1] = [" ".join(cells[at : at + more + 1])]  # "max f1" is one name
        if len(cells) != len(titles):
            break
        used += 1
        name, number = stated(cells[at]), cell_number(cells[value_at])
        if name is None or number is None or not plausible(name, number):
            continue
        draft = Draft(ahead, ahead.number, [ahead.text], "text_tables", {name.metric: number}, saved=True)
        draft.role = name.role if name.role != "unclear" else role
        said = zip(titles, cells, strict=True)
        draft.options = {k: v[:80] for k, v in said if k not in _BESIDE and k not in (titles[at], titles[value_at])}
        drafts.append(draft)
    found = together(drafts)
    if not found:
        cursor.refuse("long", used)
    return Claim(used, found) if found else None


def together(drafts: list[Draft]) -> list[Draft]:
    """The rows that differ in nothing but their metric as one measurement; what all rows say alike is left out."""
    said = [set(draft.options.items()) for draft in drafts]
    shared = set.intersection(*said) if len(drafts) > 1 else set()
    found: list[Draft] = []
    for draft in drafts:
        draft.options = {key: value for key, value in draft.options.items() if (key, value) not in shared}
        other = next((one for one in found if one.options == draft.options and one.role == draft.role), None)
        if other is None or not other.metrics.keys().isdisjoint(draft.metrics):
            found.append(draft)
            continue
        other.metrics |= draft.metrics
        other.text = [*other.text, *draft.text][:80]
        other.last = draft.last
    return found
