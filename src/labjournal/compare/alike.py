"""Like for like: whether two values were measured by the same code and in the same precision."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from labjournal import format as fmt
from labjournal.compare.table import Cell
from labjournal.model import Result, Run

_PRECISION = re.compile(
    r"(?:^|[._/-])(?:\w+_)?(?:precision|dtype|fp16|bf16|tf32|amp|autocast|half|load_in_[48]bit)$", re.IGNORECASE
)


class Alike:
    """How each result was measured, as far as its measuring run is on record."""

    def __init__(self, results: Iterable[Result], measurers: Mapping[str, Run]) -> None:
        self._results = {result.id: result for result in results}
        self._measurers = measurers

    def caveats(self, a: Cell, b: Cell) -> list[str]:
        """Sentences on what differs in the measuring itself; what is not known on both sides is not judged."""
        one, other = self._results.get(a.result), self._results.get(b.result)
        if one is None or other is None:
            return []
        said = []
        codes = [self._code(result) for result in (one, other)]
        if all(codes) and codes[0] != codes[1]:
            said.append(f"Not like for like: measured by different code ({codes[0]}, {codes[1]}).")
        precise, also = self._precision(one), self._precision(other)
        for name in sorted(set(precise) & set(also)):
            if precise[name] != also[name]:
                said.append(f"Not like for like: measured with {name} {precise[name]} and {also[name]}.")
        return said

    def _code(self, result: Result) -> str | None:
        """The commit that evaluated; None where training and measuring are one run, whose code is compared already."""
        run = self._measurers.get(result.measured_by)
        if run is None or not run.snapshot.commit or result.measured_by == result.subject.run:
            return None
        return fmt.commit(run.snapshot.commit, run.snapshot.dirty)

    def _precision(self, result: Result) -> dict[str, str]:
        run = self._measurers.get(result.measured_by)
        settings = dict(run.settings) if run is not None and result.measured_by != result.subject.run else {}
        return {name: fmt.setting(value) for name, value in settings.items() if _PRECISION.search(name)}
