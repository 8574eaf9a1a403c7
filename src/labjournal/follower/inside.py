"""What the watch inside the processes of a run has told beside its findings."""

from __future__ import annotations

from collections.abc import Sequence

from labjournal.facts import Fact


def unjudged(stated: Sequence[Fact]) -> list[tuple[str, str]]:
    """Rules that no process of the run could judge inside, with the reason that the last one gives."""
    told = [
        {str(rule): str(why) for rule, why in fact.data["not_judged"].items()}
        for fact in stated
        if fact.kind in ("watch_end", "watch_state") and isinstance(fact.data.get("not_judged"), dict)
    ]
    return [(rule, why) for rule, why in (told[-1] if told else {}).items() if all(rule in one for one in told)]


def labels(stated: Sequence[Fact]) -> tuple[int, ...]:
    """Frequencies of the classes in the first whole epoch of training that tells them."""
    for fact in stated:
        classes = fact.data.get("classes") if fact.kind == "epoch" and fact.data.get("training") else None
        if isinstance(classes, dict) and len(classes) > 1:
            return tuple(count for count in classes.values() if isinstance(count, int))
    return ()
