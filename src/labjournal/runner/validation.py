"""Validations: checkpoints x data sets x options, each a run of its own, one after another."""

from __future__ import annotations

import itertools
import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from labjournal import facts, format
from labjournal.config import Config
from labjournal.errors import InputError, NotFoundError
from labjournal.model import Checkpoint, Run
from labjournal.paths import JournalPaths
from labjournal.runner import commands, subjects, written_over
from labjournal.runner.request import LaunchRequest
from labjournal.store import Store, references


class Template(NamedTuple):
    """The command of validations, with its places still open, and the folder it runs in."""

    command: tuple[str, ...]
    cwd: str


class Subject(NamedTuple):
    """What is validated."""

    run: Run
    checkpoint: Checkpoint | None
    path: str | None
    """As the command is given it."""


def template(given: Sequence[str], cwd: str, config: Config, paths: JournalPaths) -> Template:
    """The command given now, else the configured one, else the last one used. Raises InputError without any."""
    if given:
        return Template(tuple(given), cwd)
    if config.validate.command:
        try:
            words = shlex.split(config.validate.command)
        except ValueError as error:
            raise InputError(f"[validate] command cannot be read: {error}.") from error
        return Template(tuple(words), str(paths.project))
    remembered = _remembered(paths)
    if remembered is None:
        raise InputError(
            "How a checkpoint is validated is not known yet.",
            "Give the command once: labjournal validate REF -- python validate.py --checkpoint {checkpoint}",
        )
    return remembered


def _remembered(paths: JournalPaths) -> Template | None:
    for run_id in sorted(paths.run_ids(), reverse=True):
        try:
            raw = paths.run(run_id).run.read_bytes()
        except OSError:
            continue
        fact = facts.decode(raw) if b'"template"' in raw else None
        if fact is not None and isinstance(fact.data.get("template"), list):
            return Template(tuple(map(str, fact.data["template"])), str(fact.data.get("cwd")))
    return None


def find_subjects(
    store: Store,
    wanted: Sequence[str],
    needs_checkpoint: bool,
    cwd: str,
    left_out: Callable[[written_over.Replaced], None] | None = None,
) -> list[Subject]:
    """The runs and checkpoints that ``REF[:STEP|:all|:latest]`` mean.

    Raises NotFoundError when there are none, or when another run wrote over one of them; where ``left_out`` is told
    of those, there may be none.
    """
    found: list[Subject] = []
    replaced: list[written_over.Replaced] = []
    for text in wanted:
        reference, selector = references.split(text)
        run = store.resolve(reference)
        chosen = _chosen(store, run, selector)
        for checkpoint in chosen:
            now = written_over.as_it_stands(store, run, checkpoint)
            if isinstance(now, written_over.Replaced):
                replaced.append(now)
            else:
                found.append(Subject(run, now, _path_from(run, now, cwd)))
        if not chosen and selector is None and not needs_checkpoint:
            found.append(Subject(run, None, None))
        elif not chosen and left_out is None:
            raise NotFoundError(
                f"No checkpoint of {format.visible(run.name)} was seen.",
                f"Name its file: {run.id[-6:].lower()}:path/to/checkpoint.pt",
            )
    if left_out is None:
        written_over.refuse(replaced)
    else:
        for one in replaced:
            left_out(one)
    return list({(subject.run.id, subject.path): subject for subject in found}.values())


def _chosen(store: Store, run: Run, selector: str | None) -> list[Checkpoint]:
    try:
        return subjects.chosen(store, run, selector)
    except NotFoundError:
        file = os.path.join(run.cwd or "", selector or "")
        if not os.path.isfile(file):
            raise
        return [subjects.unseen(run, selector or "", file)]


def _path_from(run: Run, checkpoint: Checkpoint, cwd: str) -> str:
    same = run.cwd is not None and os.path.realpath(run.cwd) == os.path.realpath(cwd)
    return checkpoint.path if same else subjects.path_of(run, checkpoint)


def requests(
    found: Sequence[Subject],
    how: Template,
    datasets: Sequence[str],
    options: Sequence[str],
    config: Config,
    asked: LaunchRequest,
) -> list[LaunchRequest]:
    """One launch for each subject, data set and combination of options (an option given twice is run both ways).

    ``asked`` holds what all have in common: name, reason, GPUs, time limit. Raises InputError for a place of the
    template that stays open.
    """
    all_requests = []
    sets: Sequence[str | None] = datasets or (None,)
    for subject, dataset, chosen in itertools.product(found, sets, _combinations(options)):
        values = _values(subject, dataset, chosen, config)
        _refuse_open(how.command, values)
        checkpoint = subject.checkpoint
        validates = {
            "run": subject.run.id,
            "checkpoint": None if checkpoint is None else checkpoint.path,
            "path": subject.path,
            "step": None if checkpoint is None else checkpoint.step,
            "version": None if checkpoint is None else checkpoint.version or None,
            "size": None if checkpoint is None else checkpoint.size,
            "written_at": None if checkpoint is None else format.iso(checkpoint.written_at),
            "dataset": dataset,
            "options": chosen,
        }
        command = commands.fill(how.command, values)
        kept = how.command if command != how.command else None
        all_requests.append(
            asked._replace(command=command, cwd=how.cwd, kind="validate", validates=validates, template=kept)
        )
    return all_requests


def _combinations(options: Sequence[str]) -> list[dict[str, str]]:
    by_name: dict[str, list[str]] = {}
    for text in options:
        for name, value in commands.pairs([text], "--option").items():
            by_name.setdefault(name, []).append(value)
    return [dict(zip(by_name, values, strict=True)) for values in itertools.product(*by_name.values())]


def _values(subject: Subject, dataset: str | None, options: Mapping[str, str], config: Config) -> dict[str, str]:
    values = {"run": subject.run.id, "name": subject.run.name}
    if subject.path is not None:
        values["checkpoint"] = subject.path
    if subject.checkpoint is not None and subject.checkpoint.step is not None:
        values["step"] = str(subject.checkpoint.step)
    if dataset is not None:
        known = config.datasets.get(dataset)
        values["dataset"] = known.path if known is not None and known.path else dataset
    values["option"] = values["options"] = ",".join(f"{name}={value}" for name, value in sorted(options.items()))
    return {**values, **options}


def _refuse_open(command: Sequence[str], values: Mapping[str, str]) -> None:
    for place in sorted(commands.places(command) - values.keys()):
        hint = {"dataset": "--dataset NAME", "checkpoint": "REF:STEP", "step": "REF:STEP"}
        raise InputError(
            f"The validation command needs {{{place}}}, and nothing was given for it.",
            f"Give {hint.get(place, f'--option {place}=VALUE')}.",
        )
