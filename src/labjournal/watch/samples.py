"""Which single examples of a run are kept: the first ones, and those with a score beyond all before."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Dict, Optional

from labjournal import facts

_KEPT_FIRST = 10


class Samples:
    """Which examples of a run are worth a fact."""

    _by_run: ClassVar[Dict[str, Samples]] = {}

    def __init__(self) -> None:
        self._seen = 0
        self._low = float("inf")
        self._high = float("-inf")

    @classmethod
    def of(cls, run_id: str) -> Samples:
        return cls._by_run.setdefault(run_id, cls())

    def wants(self, score: Optional[float]) -> bool:
        self._seen += 1
        extreme = score is not None and not self._low <= score <= self._high
        if score is not None and score == score:
            self._low, self._high = min(self._low, score), max(self._high, score)
        return self._seen <= _KEPT_FIRST or extreme


def shortened(value: Any) -> Any:
    """As JSON can hold it, shortened: an image or a long text is not for a line of facts."""
    listed = getattr(value, "tolist", None)
    plain = facts.plain(listed() if callable(listed) and getattr(value, "size", None) is not None else value)
    text = plain if isinstance(plain, str) else json.dumps(plain, default=str)
    return plain if len(text) <= 2000 else text[:2000] + "…"
