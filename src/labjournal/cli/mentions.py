"""What words are about: references of people made into full ids, for `note`, `retract`, `log` and `tag`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from labjournal.errors import NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

    from labjournal.model import Result
    from labjournal.store import Store

_WITH_LETTER = re.compile(r"[rfe]:\w+\Z")
_COMMIT = re.compile(r"[0-9a-f]{7,40}\Z")
_WHOLE_COMMIT = re.compile(r"[0-9a-f]{40}\Z")


def resolve(store: Store, references: Iterable[str], commits: bool = False) -> list[str]:
    """Full run ids, and ``r:``, ``f:``, ``e:`` with full ids; commits as they stand where they are allowed.

    ``REF:STEP`` stands for the results of that checkpoint. Raises NotFoundError.
    """
    resolved: list[str] = []
    for reference in references:
        resolved += _one(store, reference, commits)
    return list(dict.fromkeys(resolved))


def _one(store: Store, reference: str, commits: bool) -> list[str]:
    from labjournal.store import references

    kind, _, rest = reference.partition(":")
    if kind == "r":
        return [f"r:{store.result(reference).id}"]
    if kind == "f":
        return [f"f:{_by_end('finding', rest, [finding.id for finding in store.findings()])}"]
    if kind == "e":
        return [f"e:{entry(store, rest)}"]
    name, selector = references.split(reference)
    try:
        run = store.resolve(name).id
    except NotFoundError:
        if commits and _COMMIT.match(reference):
            return [reference]
        raise
    if selector is None:
        return [run]
    return [f"r:{result.id}" for result in of_checkpoint(store, run, selector, reference)]


def first(store: Store, on: Sequence[str], words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """``--on A B TEXT``: the shell hands B over as a word. What stands before the text and is an id with its letter or
    the whole name of a run is meant as a reference, and that is said; the last word is the text."""
    from labjournal.store import references

    names = {row.name for row in store.run_rows()} if on and len(words) > 1 else set()
    count = 0
    while on and count < len(words):
        word, is_last = words[count], count == len(words) - 1
        named = not is_last and references.split(word)[0].partition("~")[0] in names
        if not (_WITH_LETTER.match(word) or named):
            break
        count += 1
    if any(not _WITH_LETTER.match(word) for word in words[:count]):
        click.echo(f"On {', '.join((*on, *words[:count]))}.", err=True)
    return (*on, *words[:count]), tuple(words[count:])


def commit(project: Path, revision: str | None) -> str | None:
    """The full hash of a commit as a person names it, so that it means the same tomorrow; as it stands where there is
    no repository to ask. Raises NotFoundError for a name that this repository does not know."""
    if revision is None or _WHOLE_COMMIT.match(revision):
        return revision
    from labjournal.vcs.command import GitError, resolve

    try:
        return resolve(project, revision)
    except GitError:
        return revision


def of_checkpoint(store: Store, run: str, selector: str, reference: str) -> Sequence[Result]:
    """The results of one checkpoint of a run. Raises NotFoundError when it has none."""
    from labjournal.compare.select import names_checkpoint

    found = [result for result in store.results(run=run) if names_checkpoint(selector, result)]
    if not found:
        raise NotFoundError(f"There are no results of {reference}.", "labjournal compare shows what there is.")
    return found


def entry(store: Store, reference: str) -> str:
    """The full id of an entry, by its id or a unique end of it."""
    return _by_end("entry", reference.removeprefix("e:"), [entry.id for entry in store.entries()])


def _by_end(noun: str, reference: str, ids: Iterable[str]) -> str:
    wanted = reference.upper()
    found = [known for known in ids if wanted and known.endswith(wanted)]
    if len(found) != 1:
        how = "No" if not found else "More than one"
        raise NotFoundError(f"{how} {noun} has the id {reference!r}.", "Give the whole id, as --json shows it.")
    return found[0]


def symptom(store: Store, fault: str, words: str) -> str | None:
    """How a fault shows, by words that were said of something else; None where somebody said how it shows."""
    told = any(known.name == fault and known.symptom for known in store.faults())
    return None if told else words or None
