"""Checkpoints: what was saved against what was trained, what was validated against what stands."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from labjournal.checks.rule import CheckRule, Verdict, finding, fine, not_judged, table
from labjournal.checks.saved_names import by_parts, holds, inside, merged, parts_of, pieces, renamed, root_of
from labjournal.model import Checkpoint, Run
from labjournal.vocabulary import Level

MISSING = CheckRule(
    "checkpoint_missing_params",
    "alarm",
    "checkpoint",
    "Tensors that were trained are in no checkpoint of the run: loading it gives back their starting values.",
    "Save the state of the whole model, after its last part was added; load with strict=True.",
    judged="Modules whose weights the watch saw move, against the names of tensors in the headers of all checkpoints. "
    "Alarm: a module is in none of them while others of the same model are, or each is a state without a single "
    "tensor. A model that is saved nowhere at all may be left out on purpose, frozen ones too. Notice: they were "
    "trained in an earlier phase only, as the base of adapters that are saved by themselves, or stood idle in "
    "every validation, as a projector that serves the training alone, or a part is saved by itself in a run that "
    "validates nothing. Warning: the weights of all layers that "
    "keep running statistics are saved, and those statistics are not; or a module is in none that was written since "
    "it began to move, and others of its model are; or a whole model is in none that validations ran, and others of "
    "its optimizer are, criteria apart, or one of 4 tensors at most that they ran before one with twice as many; or "
    "all that checkpoints written since hold of a tensor has the checksum of its values before the first step, though "
    "it moved. Without the watch: warning when a checkpoint lacks names that "
    "others of its series (the same name but for its number) have.",
)
CHANGED = CheckRule(
    "checkpoint_changed",
    "warning",
    "checkpoint",
    "The checkpoint was written again while it was validated: it is not known what was measured.",
    "Validate a copy or a file that is not written any more, as step_1000.pt.",
    judged="A newer version of the validated file was written between the launch of the validation and its end.",
)
RULES = table(MISSING, CHANGED)
_OF_STEPS = frozenset(("exp_avg", "exp_avg_sq", "momentum_buffer", "square_avg"))
"""What optimizers keep of each tensor."""
_SMALL = 4
"""Tensors of a table or an adapter."""
_CODES = re.compile(
    r"(?:^|[_.])(?:latents?|codes?|poses?|appearances?|subjects?|speakers?|styles?)(?:$|[_.\d])", re.IGNORECASE
)


@dataclass(frozen=True)
class LeftOut:
    """What may be left out of a checkpoint on purpose.

    Args:
        frozen: patterns of modules that are meant to stand still.
        earlier: modules that a phase before the last one has trained and the last one left alone.
        unvalidated: modules that stood idle in every validation, while others of their model ran.
        validated: models of which a part ran in a validation; None where nobody knows.
    """

    frozen: Sequence[str] = ()
    earlier: Sequence[str] = ()
    unvalidated: Sequence[str] = ()
    validated: Sequence[str] | None = None

    def because(self, names: Sequence[str], by_itself: bool = False) -> str:
        """A base whose adapters are saved by themselves, or heads that serve the training alone; else nothing."""
        idle = [parts_of(name) for name in self.unvalidated]
        if all(any(parts[: len(one)] == one for one in idle) for parts in map(parts_of, names)):
            return " No validation ran them: they may serve the training alone."
        if (
            by_itself
            and self.validated is not None
            and {root_of(name) for name in names}.isdisjoint(map(root_of, self.validated))
        ):
            return " A part is saved by itself, and there was no validation: the rest may serve the training alone."
        return " An earlier phase trained them, the last one let them be." if set(names) <= set(self.earlier) else ""


def missing_params(
    trained: Sequence[str],
    saved: Mapping[str, Sequence[str]],
    left: LeftOut = LeftOut(),
    empty: Sequence[str] = (),
    since: Mapping[str, Collection[str]] | None = None,
    sizes: Mapping[str, int] | None = None,
    together: Sequence[Collection[str]] = (),
) -> Iterator[Verdict]:
    """What was trained against what was saved.

    Args:
        trained: paths of modules (or groups of them) whose weights moved, as the watch names them.
        saved: names of tensors by path of the checkpoint; only those whose headers could be read.
        left: what may be missing.
        empty: paths of checkpoints that are the state of a module and hold no tensor at all.
        since: by module of ``trained`` the checkpoints written after it began to move; all of them where it is not in.
        sizes: how many parameter tensors each model has, by its name.
        together: models, criteria left out, that one optimizer holds.
    """
    whole = {model for model, size in (sizes or {}).items() if any(renamed(names, size) for names in saved.values())}
    wanted = [name for name in trained if not any(fnmatchcase(name, pattern) for pattern in left.frozen)]
    if not saved and empty and wanted:
        yield _nothing_saved(wanted, empty)
        return
    if not saved:
        yield not_judged(MISSING, "checkpoints", "no checkpoint whose tensors can be read")
        return
    if wanted:
        yield _against_trained(wanted, saved, left, since or {}, whole, together, sizes or {})
    else:
        yield from _against_each_other(saved)


def _against_trained(
    trained: Sequence[str],
    saved: Mapping[str, Sequence[str]],
    left: LeftOut,
    since: Mapping[str, Collection[str]],
    whole: Collection[str],
    together: Sequence[Collection[str]],
    sizes: Mapping[str, int],
) -> Verdict:
    lost: dict[str, list[str]] = {}
    holding: dict[str, set[str]] = {}
    """By module the checkpoints that have it."""
    for module, paths in _holding(trained, saved).items():
        if paths:
            holding[module] = paths
        elif root_of(module) not in whole:
            lost.setdefault(root_of(module), []).append(module)
    # A model of which all checkpoints are older is saved nowhere: they are what it was begun with.
    kept = {root_of(module) for module, paths in holding.items() if paths & set(since.get(module, paths))}
    partly = {root: modules for root, modules in lost.items() if root in kept}
    if partly:
        names = [name for modules in partly.values() for name in modules]
        tensors_saved = len({name for tensors in saved.values() for name in tensors})
        evidence = {"modules": names[:20], "checkpoints": len(saved), "tensors_saved": tensors_saved}
        reason = left.because(names, _by_itself([m for m in holding if root_of(m) in partly], saved))
        message = f"{_shown(names)}: weights moved in training and are in none of {len(saved)} checkpoints.{reason}"
        subject = names[0] if len(names) == 1 else next(iter(partly))
        return finding(MISSING, subject, message, evidence, Level.NOTICE if reason else None)
    stale = [module for module in holding if _only_before(module, holding, since)]
    if stale:
        before = sorted(set().union(*(holding[module] for module in stale)))
        message = (
            f"{_shown(stale)}: weights moved in training and are in no checkpoint written since, though others of the "
            f"model are; {_shown(before)} has that name and is older."
        )
        evidence = {"modules": stale[:20], "checkpoints": len(saved), "older": before[:20]}
        subject = stale[0] if len(stale) == 1 else root_of(stale[0])
        return finding(MISSING, subject, message, evidence, Level.NOTICE if left.because(stale) else Level.WARNING)
    bare = _bare_lost(trained, holding, saved, sizes)
    apart = _apart(lost, holding, saved, left, together) or _feeding([*lost, *bare], kept, left, together, sizes)
    if apart:
        message = (
            f"{_shown(apart)}: no module of it is in a checkpoint, though what its optimizer trains beside it is, and "
            "validations ran it as they ran those."
        )
        return finding(MISSING, apart[0], message, {"models": apart[:20], "checkpoints": len(saved)}, Level.WARNING)
    if lost:
        return not_judged(MISSING, ", ".join(lost), "no module of it is saved under its name: left out on purpose?")
    return fine(MISSING, "checkpoints")


def _holding(trained: Sequence[str], saved: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """The checkpoints that have each module. A model whose names are those of another, which is whole there, has none.

    A group that is a whole model, or only its wrappers, says nothing about what is in it, and is left out.
    """
    known_in = {path: pieces(tensors) for path, tensors in saved.items()}
    within = by_parts({module: inner for module in trained if (inner := inside(module))}, list(known_in.values()))
    roots = {root_of(module) for module in within}
    found: dict[str, set[str]] = {module: set() for module in within}
    own: set[str] = set()  # models that a checkpoint is of
    for path, known in known_in.items():
        held = {m for m, inner in within.items() if holds(known, inner) or merged(m, saved[path])}
        whole = roots - {root_of(module) for module in within if module not in held}
        own |= whole or roots
        own |= {root for root in roots if (root,) in known[0]}
        for module in held:
            found[module].add(path)
    return {module: paths if root_of(module) in own else set() for module, paths in found.items()}


def _apart(
    lost: Collection[str],
    holding: Mapping[str, set[str]],
    saved: Mapping[str, Sequence[str]],
    left: LeftOut,
    together: Sequence[Collection[str]],
) -> list[str]:
    """Models saved nowhere that took part in validations, where one file has several others of their optimizer, or its
    state beside one: to go on from, or to measure, all of them are needed."""
    members: dict[str, set[str]] = {}
    """By checkpoint the models in it."""
    for module, paths in holding.items():
        for path in paths:
            members.setdefault(path, set()).add(root_of(module))
    states = {path for path, names in saved.items() if any(name.rpartition(".")[2] in _OF_STEPS for name in names)}

    def is_saved(group: Collection[str]) -> bool:
        beside = [(path, len(roots.intersection(group))) for path, roots in members.items()]
        return any(count and count + (path in states) >= 2 for path, count in beside)

    saved_without = [group for group in together if is_saved(group)]
    validated = [root for root in lost if root in (left.validated or ())]
    return [root for root in validated if any(root in group for group in saved_without)]


def _bare_lost(
    trained: Sequence[str],
    holding: Mapping[str, set[str]],
    saved: Mapping[str, Sequence[str]],
    sizes: Mapping[str, int],
) -> list[str]:
    """Models of one layer, of which no checkpoint has a tensor: each one in them is another module's."""
    others = {inside(module): root_of(module) for module in holding if inside(module)}
    for names in saved.values():
        states = [name for name in names if name.rpartition(".")[2] in _OF_STEPS | {"step"}]
        known = [parts_of(name)[:-1] for name in names if name not in states]
        owners = [[inner for inner in others if parts[-len(inner) :] == inner] for parts in known]
        within = {parts[: -len(max(inner, key=len))] for parts, inner in zip(known, owners, strict=True) if inner}
        if not all(owners) or len(within) > len(set(others.values())):
            return []
    deeper = {root_of(module) for module in trained if module != root_of(module)}
    return [name for name in trained if name == root_of(name) and name not in deeper and 0 < sizes.get(name, 0) <= 2]


def _feeding(
    lost: Collection[str],
    kept: Collection[str],
    left: LeftOut,
    together: Sequence[Collection[str]],
    sizes: Mapping[str, int],
) -> list[str]:
    """Small models saved nowhere that validations ran before one that is saved, and that its optimizer trains beside
    it, as a table of embeddings or an adapter: what they feed is of no use without them. A larger one may be what the
    saved one was trained with, as an encoder whose decoder is kept to generate; and codes of the samples themselves
    are sought anew for others."""
    order = list(left.validated or ())
    found = []
    for root in lost:
        size = sizes.get(root, 0)
        for other in kept:
            beside = any(root in group and other in group for group in together)
            first = root in order and other in order and order.index(root) < order.index(other)
            small = 0 < size <= _SMALL and size * (2 if size <= 2 else 4) <= sizes.get(other, 0)
            if beside and first and small and not _CODES.search(root):
                found.append(root)
                break
    return found


def _by_itself(held: Sequence[str], saved: Mapping[str, Sequence[str]]) -> bool:
    """Whether no checkpoint has any of these modules under its name in the whole model: a part was saved as such."""
    stretches = set().union(*(pieces(tensors)[0] for tensors in saved.values()))
    return not any(inside(module) in stretches for module in held)


def _only_before(module: str, holding: Mapping[str, set[str]], since: Mapping[str, Collection[str]]) -> bool:
    """Whether no checkpoint written since the module began to move has it, and one has others of its model."""
    if module not in since or not holding[module].isdisjoint(since[module]):
        return False
    beside = (paths for other, paths in holding.items() if root_of(other) == root_of(module))
    return any(not paths.isdisjoint(since[module]) for paths in beside)


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _nothing_saved(trained: Sequence[str], empty: Sequence[str]) -> Verdict:
    message = (
        f"{empty[-1]} holds no tensor at all, though {len(trained)} modules were trained: the saved module has none "
        "registered. Layers in a plain list are not; nn.ModuleList registers them."
    )
    evidence = {"modules": list(trained[:20]), "checkpoints": len(empty), "tensors_saved": 0}
    return finding(MISSING, empty[-1], message, evidence)


def _against_each_other(saved: Mapping[str, Sequence[str]]) -> Iterator[Verdict]:
    series: dict[str, dict[str, frozenset[str]]] = {}
    for path, tensors in saved.items():
        series.setdefault(re.sub(r"\d+", "#", path), {})[path] = frozenset(tensors)
    judged = {name: members for name, members in series.items() if len(members) >= 2}
    if not judged:
        yield not_judged(
            MISSING, "checkpoints", "the watch named no trained modules, and there is nothing to compare with"
        )
    for members in judged.values():
        whole = frozenset().union(*members.values())
        for path, names in members.items():
            lost = sorted(whole - names)
            if not lost:
                yield fine(MISSING, path)
                continue
            message = f"{path} lacks {_shown(lost)}, which other checkpoints of its series have."
            yield finding(MISSING, path, message, {"missing": lost[:20], "of": len(whole)}, Level.WARNING)


def checkpoint_changed(run: Run, versions: Sequence[Checkpoint]) -> Verdict:
    """A validation against the versions of the checkpoint it measured."""
    subject = run.subject
    if subject is None or subject.checkpoint is None or subject.version is None:
        return not_judged(CHANGED, run.name, "no version of a checkpoint is recorded for it")
    begin = run.started_at or run.created_at
    end = run.ended_at
    later = [
        one
        for one in versions
        if one.path == subject.checkpoint and one.version != subject.version and _between(begin, one.written_at, end)
    ]
    if not later:
        return fine(CHANGED, subject.checkpoint)
    message = (
        f"{subject.checkpoint} was written again during its validation: {subject.version[:12]} became "
        f"{later[-1].version[:12]}."
    )
    evidence = {
        "validated": subject.version,
        "stands": later[-1].version,
        "written_at": later[-1].written_at.isoformat(),
    }
    return finding(CHANGED, subject.checkpoint, message, evidence)


def _between(begin: datetime, moment: datetime, end: datetime | None) -> bool:
    return begin <= moment and (end is None or moment <= end)
