"""Faults of the code placed in the history of each run: active, fixed, fix undone, or cannot tell.

What decides is whether the changed lines of the fix stand in the code that ran (`labjournal.vcs.contains_fix`). It is
asked once a run and once at every launch, and only where a fault with a commit is known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from labjournal import facts
from labjournal.errors import JournalError
from labjournal.facts import Fact
from labjournal.paths import JournalPaths

if TYPE_CHECKING:
    from labjournal.model import Fault
    from labjournal.store import Store

_MOST_A_TURN = 200
"""Distinct commits placed in one turn of the follower: 5 to 50 ms each."""
_STATED = b'"kind":"fault"'


def place(root: Path, fault: Fault, commit: str | None) -> tuple[str, str] | None:
    """(state, because) of a commit as to a fault; None when no commit of the fault is known, or git cannot be asked."""
    from labjournal import vcs
    from labjournal.store import register

    if fault.introduced is None and fault.fixed is None:
        return None
    if commit is None:
        return register.CANNOT_TELL, "its code was not kept"
    words = {
        vcs.FixState.CLEAN: register.CLEAN,
        vcs.FixState.AFFECTED: register.ACTIVE,
        vcs.FixState.FIXED: register.FIXED,
        vcs.FixState.FIX_UNDONE: register.UNDONE,
        vcs.FixState.CANNOT_TELL: register.CANNOT_TELL,
    }
    try:
        if fault.imported and vcs.unknown_commit(root, fault.introduced or fault.fixed or ""):
            return None  # of another repository: nobody asks for it here
        verdict = vcs.contains_fix(root, fault.introduced or f"{fault.fixed}^", fault.fixed, commit)
    except JournalError:
        return None
    state = words[verdict.state]
    if fault.introduced is None and state == register.CLEAN:
        return register.CANNOT_TELL, "it is older than the fix, and nobody said which commit brought the fault"
    return state, verdict.because


def derive(store: Store, about: Collection[str] | None, project: Path) -> dict[str, list[Fact]]:
    """Run -> marks that were not stated yet; ``about`` None looks at all runs."""
    from labjournal.store import register

    derived: dict[str, list[Fact]] = {}
    known: dict[tuple[Path, str, str | None], tuple[str, str] | None] = {}
    for fault in store.faults():
        if fault.introduced is None and fault.fixed is None:
            continue
        asked = store.run_ids() if about is None else about
        marked = {mark.run for mark in store.fault_marks(fault, about)}
        for run in store.runs_of(sorted(set(asked) - marked)):
            run_id = run.id
            root = Path(run.snapshot.root) if run.snapshot.root and Path(run.snapshot.root).is_dir() else project
            key = (root, fault.name, run.snapshot.commit)
            if key not in known:
                if len(known) >= _MOST_A_TURN:
                    return derived
                known[key] = place(root, fault, run.snapshot.commit)
            found = known[key]
            if found is None:
                continue
            data = {"fault": fault.name, "introduced": fault.introduced, "fixed": fault.fixed}
            fact_id = facts.derived_id(register.MARK, run_id, facts.dumps(data), *found)
            said = facts.make(
                register.MARK,
                {**data, "state": found[0], "because": found[1]},
                run_id,
                facts.now_iso(run.created_at.timestamp()),
                fact_id,
            )
            derived.setdefault(run_id, []).append(said)
    return derived


def at_launch(paths: JournalPaths, root: Path, commit: str | None) -> list[str]:
    """One line when a known fault is at work in the code that is about to run, or its fix is undone in it."""
    stated = list(_stated(paths)) if commit is not None else []
    if not stated:
        return []
    from labjournal.store import register

    said = []
    for fault in register.faults(stated):
        found = place(root, fault, commit)
        if found is None:
            continue
        symptom = f" ({fault.symptom})" if fault.symptom else ""
        if found[0] == register.ACTIVE:
            said.append(f"the fault {fault.name} is active{symptom}")
        elif found[0] == register.UNDONE:
            said.append(f"the fix {(fault.fixed or '')[:7]} of {fault.name} is undone{symptom}")
    return [f"in this code {'; '.join(said)}"] if said else []


def _stated(paths: JournalPaths) -> Iterator[Fact]:
    """The words about faults, found without the index: nearly always there are none."""
    try:
        files = sorted(path for path in paths.human_facts.iterdir() if path.suffix == ".jsonl")
    except OSError:
        return
    for path in files:
        try:
            content = path.read_bytes()
        except OSError:
            continue
        if _STATED not in content:
            continue
        decoded = (facts.decode(line) for line in content.splitlines() if _STATED in line)
        yield from (fact for fact in decoded if fact is not None and fact.kind == "fault")
