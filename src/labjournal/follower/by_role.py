"""The curves of a run that are called by their role alone, and are losses by their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from labjournal import tags
from labjournal.checks.naming import role_alone
from labjournal.facts import Fact
from labjournal.model import PRINTED, SeriesInfo, SeriesKey

if TYPE_CHECKING:
    from labjournal.checks.curve import Curve

_WATCHED = f"{tags.WATCH}/loss"


def losses(
    infos: Iterable[SeriesInfo],
    curves: Sequence[Curve],
    stated: Sequence[Fact],
    read: Callable[[SeriesKey], Curve | None],
) -> tuple[Curve, ...]:
    """Those among all curves of a run that ``read`` gives, beside the ``curves`` whose names say what they are."""
    bare = [
        info.key
        for info in infos
        if role_alone(info.key.tag if info.key.folder == PRINTED else info.key.name) is not None
    ]
    watched = next((curve for curve in curves if curve.name == _WATCHED), None)
    if not bare or watched is None:
        return ()
    from labjournal.checks.bare import losses_among

    found = [curve for curve in map(read, bare) if curve is not None]
    return tuple(losses_among(found, watched, real_steps(stated)))


def real_steps(stated: Iterable[Fact]) -> int | None:
    """Steps of the optimizer that took most, as the watch counted them to the end."""
    ends = (fact.data.get("real_steps") for fact in stated if fact.kind == "watch_end")
    return max((one for one in ends if isinstance(one, int)), default=None)
