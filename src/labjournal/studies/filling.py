"""What is filled into the command of a stage."""

from __future__ import annotations

from collections.abc import Mapping

from labjournal.errors import InputError
from labjournal.runner import commands
from labjournal.studies.protocol import Stage, Study


def used(stage: Stage) -> dict[str, str]:
    """Of the study's settings those that the command asks for, of the stage's own all."""
    wanted = {*commands.places(stage.command), *stage.section.settings, *(stage.fault.settings if stage.fault else ())}
    return {name: value for name, value in stage.settings.items() if name in wanted}


def settings_of(study: Study, stage: Stage, key: Mapping[str, str]) -> dict[str, str]:
    """What is filled in for one run of a stage. Raises InputError for what has a value only at some sizes."""
    places = commands.places(stage.command)
    settings = {**used(stage), **key}
    open_places = sorted((places - settings.keys()) & study.sized)
    if open_places:
        raise InputError(
            f"Stage {stage.name} needs {{{open_places[0]}}}, which has a value only at some sizes.",
            "Say --smoke or --full, or give it a value in [settings].",
        )
    return settings
