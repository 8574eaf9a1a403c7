"""The code that a run executed against the code that is recorded for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labjournal.checks.rule import CheckRule, Verdict, finding, fine, not_judged, table
from labjournal.vocabulary import Level

CODE = CheckRule(
    "code_not_as_recorded",
    "warning",
    "machine",
    "The run executed files of the repository that are not as in the code recorded for it.",
    "Do not rely on its commit: run it again from the code as it is, or by the queue, which freezes it "
    '([code] drift = "freeze").',
    judged="Size and CRC-32 of each file of the repository at the moment Python ran it, against the recorded commit. "
    "Files that git does not hold (ignored, left out) are a notice; without a watch or a repository nothing is said.",
)
RULES = table(CODE)


def code_not_as_recorded(
    executed: Mapping[str, tuple[int, int]], recorded: Mapping[str, tuple[int, int] | None]
) -> Verdict:
    """What ran against what was recorded, as size and CRC-32 by path; None for a file that the commit does not hold."""
    if not executed:
        return not_judged(CODE, "the code", "no file of a repository was seen to run")
    differ = sorted(path for path, found in executed.items() if recorded.get(path) not in (None, found))
    unknown = sorted(path for path in executed if recorded.get(path) is None)
    if not differ and not unknown:
        return fine(CODE, "the code")
    said = [f"{_some(differ)} ran with other content than was recorded"] if differ else []
    said += [f"{_some(unknown)} ran and is not part of what was recorded"] if unknown else []
    evidence = {"differ": differ[:20], "not_recorded": unknown[:20], "files": len(executed)}
    return finding(CODE, "the code", f"{'; '.join(said)}.", evidence, None if differ else Level.NOTICE)


def _some(paths: Sequence[str]) -> str:
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
