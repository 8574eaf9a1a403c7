"""Sentences of the demo. Each number in them was read back from the journal; none is known beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from labjournal import format as fmt

Json = dict[str, Any]


def alarm(run: Json, finding: Json) -> list[str]:
    """Which alarm, at which step, how long after the start of the run."""
    after = (_moment(finding["first_seen"]) - _moment(run["started_at"])).total_seconds()
    return [
        f"▲ {finding['rule']} at step {fmt.count(finding['step'])}, {after:.1f} s after the start of {run['name']}:",
        *fmt.wrap(fmt.visible(finding["message"]), 78, "  "),
        *fmt.wrap(fmt.visible(finding["remedy"]), 78, "  → ", "    "),
    ]


def final_accuracy(table: Json) -> list[str]:
    """What the faulty run ends at, had nobody looked."""
    row = next(row for row in table["rows"] if row["options"].get("numeric") == "on")
    cell = row["cells"]["accuracy"]
    value = fmt.measured(cell["value"], cell["low"], cell["high"], is_rate=True)
    counts = f"{fmt.count(cell['numerator'])} of {fmt.count(cell['denominator'])}"
    return fmt.wrap(
        f"It would have ended at accuracy {value} ({counts}) on {row['dataset']}, with a loss that falls as it should: "
        "a number one believes.",
        78,
        "  ",
    )


def numeric_on_off(table: Json) -> list[str]:
    """The journal's own sentences on what the numeric input adds, one for each data set."""
    lines = []
    for claim in table["claims"]:
        if claim["option"] == "numeric":
            lines += fmt.wrap(fmt.visible(claim["title"]), 78, "  ")
            lines += fmt.wrap(fmt.visible(claim["text"]), 78, "    ")
    return lines


def health(run: Json, findings: Sequence[Json]) -> str:
    """Whether anything was found in a run, and whether anything could be."""
    raised = [finding for finding in findings if finding["level"] != "notice"]
    if raised:
        return f"{run['name']}: {', '.join(sorted({finding['rule'] for finding in raised}))}"
    return f"✓ {run['name']} ({run['watch']}): no alarm and no warning."


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
