"""What the watch tells about itself: what it sees, what it cannot see and why, what it cost."""

from __future__ import annotations

import sys
from typing import Any, Optional

from labjournal.watch.budget import Budget
from labjournal.watch.families import Families
from labjournal.watch.guard import Guard
from labjournal.watch.models import Models
from labjournal.watch.optimizers import Optimizers, groups_of
from labjournal.watch.rules import RULES
from labjournal.watch.sampling import readable, size_of
from labjournal.watch.torch_hook import NO_STEPS
from labjournal.watch.unjudged import not_judged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labjournal.watch.outbox import Outbox

MAX_STATES = 30
MAX_NAMES = 200


class Account:
    """Writes ``watch_state`` whenever the picture has changed, and ``watch_end``."""

    def __init__(self, outbox: Outbox, models: Models, optimizers: Optimizers) -> None:
        self._outbox = outbox
        self._models = models
        self._optimizers = optimizers
        self._told = 0
        self._last: Any = None

    def state(self) -> None:
        """State what is watched, unless it was stated so before."""
        stepping = [(tracked, optimizer) for tracked, optimizer in self._optimizers.live() if tracked.n]
        params = [parameter for tracked, optimizer in stepping for parameter in tracked.params(optimizer)]
        unread = sum(readable(parameter) is None and not _is_empty(parameter) for parameter in params)
        because = f"{unread} of {len(params)} tensors are of a kind that is not read (sparse, quantised, …)"
        names = {id(root): name for root, name in self._models.named_roots()}
        model_of = {id(one): names[named.root] for one, named, _ in self._models.parameters() if named.root in names}
        data = {
            "state": "partly" if unread else "watched",
            "because": because if unread else None,
            "models": self._models.describe(),
            "optimizers": [
                {
                    "label": tracked.label,
                    "tensors": len(tracked.group_of),
                    "groups": len(groups_of(optimizer)),
                    "models": sorted({model_of[id(p)] for p in tracked.params(optimizer) if id(p) in model_of}),
                }
                for tracked, optimizer in stepping[:20]
            ],
            "tensors": len(params),
        }
        if data != self._last and self._told < MAX_STATES:
            self._last, self._told = data, self._told + 1
            steps = max((tracked.n for tracked in self._optimizers.all()), default=0)
            self._outbox.write("watch_state", {**data, "steps": steps})

    def end(self, budget: Budget, families: Families, guard: Guard, errors: int, off: Optional[str]) -> None:
        """The account at the end of the process; why nothing was watched where no step was seen."""
        tracked = self._optimizers.all()
        unjudged = guard.run_as(self, not_judged, families, self._models, self._optimizers, budget) or {}
        unjudged.update(guard.failed if off is None else dict.fromkeys(RULES, f"the watch went off: {off}"))
        steps = max((one.n for one in tracked), default=0)
        if steps:
            data = {
                "steps": steps,
                "real_steps": max(one.earlier + one.real for one in tracked),
                "planned_steps": families.rates.planned,
                "counted_by": families.rates.counted_by,
                "criterion": families.objective.judged or None,
                "looks": max(one.looks for one in tracked),
                "looks_refused": budget.refused,
                "spent_s": round(budget.spent, 4),
                "elapsed_s": round(budget.elapsed(), 3),
                "not_judged": unjudged,
                "unvalidated": families.modes.unvalidated.names()[:MAX_NAMES],
                "validated": families.modes.unvalidated.validated()[:MAX_NAMES],
                "starting": guard.run_as(families.starting, families.starting.checksums) or {},
                "errors": errors + guard.errors,
            }
            self._outbox.write("watch_end", data)
        elif not self._outbox.quiet:
            missing = {
                "state": "partly" if families.by_hand.trains else "not watched",
                "because": self._why_no_steps(families),
                "models": self._models.describe(),
                "not_judged": unjudged,
            }
            self._outbox.write("watch_state", {**missing, "optimizers": [], "tensors": 0})

    def _why_no_steps(self, families: Families) -> str:
        made = self._optimizers.all()
        if made and self._models.compiled:
            return "no optimizer step was seen; one that runs under torch.compile cannot be"
        if families.by_hand.trains:
            return "the weights are stepped by hand or by an optimizer that torch does not know"
        if made and "torch._dynamo" in sys.modules:
            return "no optimizer step was seen; one that runs under torch.compile cannot be"
        if families.gradients.backwards:
            return "backward passes were seen, but no step of a torch optimizer"
        return "an optimizer was built but never stepped" if made else NO_STEPS


def _is_empty(parameter: Any) -> bool:
    """A shard without elements, as the last rank has of a small tensor: there is nothing to read."""
    return not size_of(getattr(parameter, "_local_tensor", parameter))
