"""What a result speaks of, as far as the command line and the environment say it, and how it is written down."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labjournal import tags
from labjournal.cli import Context

if TYPE_CHECKING:
    from labjournal.config import Config
    from labjournal.diary import Measured


Marked = tuple["str | None", "int | None"]
"""Path and step of a checkpoint."""


class Placing:
    """Run, checkpoint, data set and options that hold for all results of one call."""

    def __init__(
        self,
        context: Context,
        run: str | None,
        checkpoint: str | None,
        dataset: str | None,
        n: int | None,
        options: dict[str, str],
        as_json: bool,
        objective: str | None = None,
    ) -> None:
        self._context = context
        self._objective = objective
        self._reference = run
        self._said_checkpoint = checkpoint
        self._checkpoint = checkpoint or os.environ.get(tags.ENV_CHECKPOINT)
        self._dataset = dataset or os.environ.get(tags.ENV_DATASET)
        self._n = n
        self._options = {**_options_of_environment(), **options}
        self._as_json = as_json

    def config(self) -> Config:
        from labjournal import config

        found = self._context.existing_journal()
        return config.load(found.project if found else Path.cwd())

    def measured(
        self,
        *,
        dataset: str | None = None,
        checkpoint: str | None = None,
        options: dict[str, str] | None = None,
        **values: Any,
    ) -> Measured:
        """A result with what the command line, the environment and the text say of it, in this order."""
        from labjournal.diary import Measured

        run, said, name, content = self._placed(self._dataset or dataset)
        path, step = said or _by_word(self._checkpoint or checkpoint)
        return Measured(
            objective=self._objective,
            run=run,
            checkpoint=path,
            step=step,
            measured_by=os.environ.get(tags.ENV_RUN_ID),
            dataset=name,
            dataset_hash=content,
            options={**(options or {}), **self._options},
            **values,
        )

    def _placed(self, dataset: str | None) -> tuple[str | None, Marked | None, str | None, str | None]:
        """(run id, checkpoint that the call names, data set, hash of its content) as far as they can be known.

        Without ``--run`` the environment says the run, and the index is not opened: a training process never does.
        """
        if self._reference is None:
            run_id = os.environ.get(tags.ENV_SUBJECT_RUN) or os.environ.get(tags.ENV_RUN_ID)
            return run_id, None, dataset, None
        from labjournal.cli import session
        from labjournal.follower.datasets import Identifier
        from labjournal.runner import subjects
        from labjournal.store import references

        name, selector = references.split(self._reference)
        mark = self._said_checkpoint or selector
        with session.opened(self._context, with_curves=False) as follower:
            run = follower.store.resolve(name)
            said = None if mark is None else subjects.stated(follower.store, run, mark)
            if dataset is None:
                return run.id, said, None, None
            known = Identifier(follower.paths, follower.config).identify(dataset, run, ())
        return run.id, said, known.name or dataset, known.hash

    def write(self, measured: list[Measured], dry_run: bool) -> list[str]:
        """State them and print their ids, which are returned."""
        from labjournal.cli.session import print_json
        from labjournal.diary import Diary, result_data

        if dry_run:
            print_json([result_data(one) for one in measured])
            return []
        ids = Diary(self._context.journal()).results(measured)
        if self._as_json:
            print_json([{"id": result} for result in ids])
        else:
            for result in ids:
                click.echo(f"r:{result[-6:].lower()}")
        waiting = sum(one.role.value == "unassigned" for one in measured)
        if waiting:
            click.echo(f"{waiting} wait until you say what they were measured on: labjournal log --assign", err=True)
        return ids


def _by_word(mark: str | None) -> Marked:
    if mark is None or mark.isdecimal():  # the import would take half of the time of the call
        return None, None if mark is None else int(mark)
    from labjournal import checkpoints

    return checkpoints.by_word(mark)


def _options_of_environment() -> dict[str, str]:
    """What `labjournal validate` hands to the process it starts."""
    try:
        raw = json.loads(os.environ.get(tags.ENV_OPTIONS) or "{}")
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in raw.items()} if isinstance(raw, dict) else {}
