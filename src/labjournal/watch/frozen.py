"""Do frozen tensors stand still? frozen_layer_changes: those declared by the user, and those without requires_grad.

Declared by ``[watch] frozen`` or ``expect_frozen()``, as path patterns with ``*``; running statistics of normalisation
layers below such a path count too. A tensor with requires_grad off that a step changes needs no declaration.
"""

from __future__ import annotations

import weakref
from fnmatch import fnmatchcase
from typing import Any, Callable, Dict, Iterator, List, Mapping, Set, Tuple

from labjournal.watch.findings import Findings
from labjournal.watch.flags import flagged
from labjournal.watch.look import Compared, Look, Names
from labjournal.watch.models import Models
from labjournal.watch.resets import has_nonzero_grad
from labjournal.watch.sampling import Later, gather

MAX_TENSORS = 1000
FLAGGED_STEPS = 3
MOVED_TIMES = 3


def is_declared(path: str, patterns: List[str]) -> bool:
    """Does a pattern fit the path, with or without the name of the model at its start?"""
    inner = path.partition(".")[2]
    return any(fnmatchcase(one, pattern) for pattern in patterns for one in (path, inner))


class Frozen:
    """Tensors that should stand still."""

    def __init__(
        self,
        findings: Findings,
        later: Later,
        models: Models,
        names: Names,
        declared: List[str],
        held: Callable[[], Mapping[int, Any]],
    ) -> None:
        """``held``: all tensors that optimizers hold, by id."""
        self._held = held
        self._findings = findings
        self._later = later
        self._models = models
        self._names = names
        self.declared = declared
        self._first: Dict[int, Tuple[weakref.ref[Any], Any]] = {}
        self._moved: Dict[int, int] = {}
        self._grads: Dict[int, Tuple[weakref.ref[Any], int]] = {}
        self._fresh: Set[int] = set()

    def look(self, step: int) -> None:
        """Compare the declared tensors with what they were when first seen."""
        self._look_for_flags(step)
        if not self.declared:
            return
        tensors = list(self._matching())[:MAX_TENSORS]
        moved: List[Tuple[str, str]] = []
        for tensor, path, module in tensors:
            packs = list(gather([tensor]).values())
            if not packs:
                continue
            known: Any = self._first.get(id(tensor))
            if known is None or known[0]() is not tensor:
                self._first[id(tensor)] = (weakref.ref(tensor), packs[0].values_NK)
            elif tensor.device.type == "cpu" and bool((known[1] != packs[0].values_NK).any()):
                moved.append((path, module))
        if moved:
            self._findings.say(
                "frozen_layer_changes",
                step,
                "{subject} ({n}) is declared frozen and has changed since training began.",
                moved,
                {"declared": self.declared[:8]},
            )

    def _look_for_flags(self, step: int) -> None:
        """Trained though a part was given a flag that freezes nothing."""
        if step < FLAGGED_STEPS:
            return
        for path, members, name, holder in flagged(self._models, False):
            held = self._held()
            trained = sum(one.requires_grad and one.grad is not None and key in held for key, one in members.items())
            if trained:
                self._findings.say(
                    "frozen_layer_changes",
                    step,
                    f"{{subject}} was to be frozen by {name} = False on {holder}, which does nothing: {trained} of "
                    "its tensors are trained. requires_grad_(False) freezes them.",
                    [(path, path)],
                    {"module": path, "flag": name, "tensors_trained": trained},
                )

    def _matching(self) -> Iterator[Tuple[Any, str, str]]:
        for parameter, named, _ in self._models.parameters():
            if is_declared(named.path, self.declared):
                yield parameter, named.path, named.module
        for root, name in self._models.named_roots():
            for path, buffer in root.named_buffers():
                full = f"{name}.{path}"
                if is_declared(full, self.declared) and buffer.is_floating_point():
                    yield buffer, full, full.rpartition(".")[0]

    def before_step(self, look: Look) -> None:
        """Which of the tensors that cannot get a gradient have a new one? That is written by hand (an estimate)."""
        self._fresh.clear()
        for parameter in look.params:
            grad = None if parameter.requires_grad else parameter.grad
            if grad is None:
                continue
            known: Any = self._grads.get(id(parameter))
            fresh = known is None or known[0]() is not grad or known[1] != grad._version
            if fresh and has_nonzero_grad([parameter]):
                self._fresh.add(id(parameter))
            self._grads[id(parameter)] = (weakref.ref(grad), grad._version)

    def judge(self, look: Look, compared: Compared) -> None:
        """A step that moves tensors which cannot get a gradient: momentum, weight decay, a stale gradient."""
        due = []
        for at, changed in compared.changed.items():
            parameter = look.params[at]
            if changed and not parameter.requires_grad and id(parameter) not in self._fresh:
                times = self._moved[id(parameter)] = self._moved.get(id(parameter), 0) + 1
                if times == MOVED_TIMES:
                    due.append(at)
        if due:
            named = self._names(look.params, look.tracked)
            self._findings.say(
                "frozen_layer_changes",
                look.step,
                f"{{subject}} ({{n}}) has requires_grad off, yet {look.tracked.label} changes it at each step ("
                "momentum, weight decay or a gradient left over).",
                [(named[at].path, named[at].module) for at in due],
                {"optimizer": look.tracked.label, "steps": MOVED_TIMES},
            )
